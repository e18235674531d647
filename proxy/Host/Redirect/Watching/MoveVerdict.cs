namespace ImdsProxy.Redirect.Watching;

/// <summary>What to do about a displaced jump.</summary>
internal enum MoveVerdict
{
    Move,

    /// <summary>Leave it, and say so: this is the first time it is left.</summary>
    Alarm,

    /// <summary>Leave it; that was said before.</summary>
    Peace,
}
