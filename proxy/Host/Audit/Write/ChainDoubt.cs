namespace ImdsProxy.Audit.Write;

/// <summary>The position of a chain when a write was given up.</summary>
/// <param name="Range">The lines in doubt: they are numbered, and may or may not be written.</param>
/// <param name="Records">The lines in doubt for which a caller waits.</param>
/// <param name="Lines">The bytes of the lines in doubt.</param>
/// <param name="Onward">The chain after these lines, for the thread that writes to stdout meanwhile.</param>
internal sealed record ChainDoubt(SeqRange Range, SeqRange Records, byte[] Lines, ChainedBatch Onward);
