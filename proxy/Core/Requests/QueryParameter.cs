namespace ImdsProxy.Core.Requests;

/// <summary>One query parameter, decoded.</summary>
/// <param name="Key">The key as it was sent: keys are never escaped.</param>
/// <param name="Value">The decoded value.</param>
public readonly record struct QueryParameter(string Key, string Value);
