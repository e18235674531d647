namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>What is counted for the log as a whole. It is the last line.</summary>
/// <param name="Skipped">The lines that are not records.</param>
/// <param name="NotJudged">The requests that are no demands, by the name of the cause.</param>
internal sealed record CarriedCounts(long Skipped, Dictionary<string, long> NotJudged);
