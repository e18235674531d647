namespace ImdsProxy.Core.Policy;

/// <summary>A problem in a policy document.</summary>
/// <param name="Severity">Whether the problem makes the document invalid.</param>
/// <param name="Pointer">The place as a JSON pointer (RFC 6901).</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Value">The bad value as written, truncated to 80 characters; empty if a value is missing.</param>
/// <param name="Message">A description of the problem and its fix.</param>
public sealed record PolicyProblem(ProblemSeverity Severity, string Pointer, int Line, string Value, string Message)
{
    /// <summary>The file with the problem, if the policy consists of several files; empty if the problem is in the policy as a whole.</summary>
    public string Fragment { get; init; } = "";

    /// <summary>Whether the problem says that a part of the policy has no effect. Proofs find all such parts; loading finds some of them.</summary>
    public bool IsWithoutEffect { get; init; }
}
