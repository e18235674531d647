namespace ImdsProxy.Audit.Search;

/// <summary>Handles a line, which is valid only during the call.</summary>
internal delegate void LineHandler(ReadOnlySpan<byte> line);
