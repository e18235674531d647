namespace ImdsProxy.Forward.Limits;

/// <summary>The state of a turn.</summary>
internal enum TurnState
{
    Waiting,
    Granted,
    Over,
}
