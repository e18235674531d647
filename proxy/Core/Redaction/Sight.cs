namespace ImdsProxy.Core.Redaction;

/// <summary>The visible extent of a value.</summary>
internal enum Sight
{
    /// <summary>The whole value is visible.</summary>
    Shown,

    /// <summary>Only some fields or elements of the value are visible.</summary>
    Partly,

    /// <summary>Only the kind of the value is visible.</summary>
    Hidden,
}
