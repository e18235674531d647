namespace ImdsProxy.Core.Requests;

/// <summary>A decoded query parameter.</summary>
/// <param name="Key">The key as sent. Keys are never escaped.</param>
/// <param name="Value">The decoded value.</param>
public readonly record struct QueryParameter(string Key, string Value);
