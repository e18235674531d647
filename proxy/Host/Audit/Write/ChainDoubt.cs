namespace ImdsProxy.Audit.Write;

/// <summary>Where a chain stood when a write was given up.</summary>
/// <param name="Range">The lines that are numbered and may or may not be written.</param>
/// <param name="Records">Those of them that someone waits for.</param>
/// <param name="Lines">The bytes of all of them.</param>
/// <param name="Onward">The same chain after them, for the thread that writes to stdout meanwhile.</param>
internal sealed record ChainDoubt(SeqRange Range, SeqRange Records, byte[] Lines, ChainedBatch Onward);
