namespace ImdsProxy.Core.Policy.Reading;

/// <summary>One member of a JSON object.</summary>
/// <param name="Name">Its key, decoded.</param>
/// <param name="Line">The line of its key, from 1.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct LocatedMember(string Name, int Line, LocatedValue Value);
