namespace ImdsProxy.Redirect.Rules;

/// <summary>Something that keeps a chain of ours from doing its work.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">For people: the table, the chain and the rule.</param>
internal sealed record ChainProblem(ProblemKind Kind, string Text);
