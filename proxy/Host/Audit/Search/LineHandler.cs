namespace ImdsProxy.Audit.Search;

/// <summary>Takes a line, which is good until it returns.</summary>
internal delegate void LineHandler(ReadOnlySpan<byte> line);
