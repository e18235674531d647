namespace ImdsProxy.Core.Redaction;

/// <summary>How much of a value may be seen.</summary>
internal enum Sight
{
    /// <summary>All of it.</summary>
    Shown,

    /// <summary>Some of what is below it.</summary>
    Partly,

    /// <summary>Nothing but its kind.</summary>
    Hidden,
}
