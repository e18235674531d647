namespace ImdsProxy.Core.Redaction;

/// <summary>How much of a value is visible.</summary>
internal enum Sight
{
    /// <summary>All of it.</summary>
    Shown,

    /// <summary>Only some of its fields or elements.</summary>
    Partly,

    /// <summary>Nothing but its kind.</summary>
    Hidden,
}
