namespace ImdsProxy.Core.Policy.Reading;

/// <summary>One member of a JSON object.</summary>
/// <param name="Name">The decoded key.</param>
/// <param name="Line">The line of the key, from 1.</param>
/// <param name="Value">The value.</param>
internal readonly record struct LocatedMember(string Name, int Line, LocatedValue Value);
