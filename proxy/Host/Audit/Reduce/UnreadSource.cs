namespace ImdsProxy.Audit.Reduce;

/// <summary>A part of a log that could not be read.</summary>
/// <param name="Path">The directory or file, or <c>-</c> for stdin.</param>
/// <param name="Message">Why.</param>
internal sealed record UnreadSource(string Path, string Message);
