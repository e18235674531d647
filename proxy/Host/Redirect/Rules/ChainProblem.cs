namespace ImdsProxy.Redirect.Rules;

/// <summary>A problem that keeps one of our chains from working.</summary>
/// <param name="Kind">The kind, which decides the repair.</param>
/// <param name="Text">The problem for logs and output: the table, the chain and the rule.</param>
internal sealed record ChainProblem(ProblemKind Kind, string Text);
