namespace ImdsProxy.Audit.Write;

/// <summary>Where a chain stood when a write of it was given up.</summary>
/// <param name="Turn">What is known of the lines of the turn that was given up.</param>
/// <param name="Range">The lines that are numbered and may or may not be written.</param>
/// <param name="Records">Those of them that someone waits for.</param>
/// <param name="Lines">The bytes of all of them.</param>
/// <param name="Onward">The same chain after them, for whoever writes elsewhere meanwhile.</param>
internal sealed record ChainDoubt(TurnLines Turn, SeqRange Range, SeqRange Records, byte[] Lines, ChainedBatch Onward);
