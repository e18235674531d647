namespace ImdsProxy.Redirect.Kernel;

/// <summary>The state of our chains and of the built-in chains that jump to them, as the kernel reports it.</summary>
/// <param name="Digest">Equal only if the rules of these chains are the same. Counters do not matter.</param>
/// <param name="OthersFirst">Whether a jump to another product's chain comes before our jump. The digest does not cover that chain.</param>
internal readonly record struct ChainsFingerprint(UInt128 Digest, bool OthersFirst);
