namespace ImdsProxy.Redirect.Rules;

/// <summary>Whether a rule matches the packets that a chain handles, judging by the text of the rule.</summary>
internal enum MatchResult
{
    No,

    /// <summary>The match depends on facts that only the kernel knows, such as a mark, a connection state, a set or a source.</summary>
    Possible,

    /// <summary>The rule certainly matches some of these packets.</summary>
    Certain,
}
