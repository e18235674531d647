namespace ImdsProxy.Redirect.Kernel;

/// <summary>What one look at the kernel's rules saw of the chains that matter here.</summary>
/// <param name="Digest">Equal for two looks only if the built-in chains we jump from and our own chains are the same, counters aside.</param>
/// <param name="OthersFirst">Whether a jump into somebody else's chain stands before ours. The digest does not cover that chain.</param>
internal readonly record struct ChainsFingerprint(UInt128 Digest, bool OthersFirst);
