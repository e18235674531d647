namespace ImdsProxy.Forward.Limits;

/// <summary>Where a turn stands.</summary>
internal enum TurnState
{
    Waiting,
    Granted,
    Over,
}
