namespace ImdsProxy.Redirect.Rules;

/// <summary>Whether a rule matches packets of ours, as far as can be told from its text.</summary>
internal enum MatchResult
{
    No,

    /// <summary>It depends on what only the kernel knows: a mark, a state, a set, a source.</summary>
    Possible,

    /// <summary>Some of our packets for certain.</summary>
    Certain,
}
