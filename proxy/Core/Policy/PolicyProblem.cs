namespace ImdsProxy.Core.Policy;

/// <summary>Something wrong with a policy document.</summary>
/// <param name="Severity">Whether the document is refused for it.</param>
/// <param name="Pointer">Where, as a JSON pointer (RFC 6901).</param>
/// <param name="Line">Where, as a line from 1.</param>
/// <param name="Value">The bad value as it was written, cut at 80 characters; empty where something is missing.</param>
/// <param name="Message">What is wrong and how to cure it.</param>
public sealed record PolicyProblem(ProblemSeverity Severity, string Pointer, int Line, string Value, string Message)
{
    /// <summary>Of a policy in several files: the one that is meant; empty where the whole is.</summary>
    public string Fragment { get; init; } = "";
}
