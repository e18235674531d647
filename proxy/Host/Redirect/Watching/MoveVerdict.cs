namespace ImdsProxy.Redirect.Watching;

/// <summary>The decision about a displaced jump.</summary>
internal enum MoveVerdict
{
    Move,

    /// <summary>Leave the jump and raise an alarm, because the limit has just been reached.</summary>
    Alarm,

    /// <summary>Leave the jump. The alarm has already been raised.</summary>
    Leave,
}
