namespace ImdsProxy.Redirect.Rules;

/// <summary>The kinds of problems. Each needs a different repair.</summary>
internal enum ProblemKind
{
    MissingRule,
    UnexpectedRule,
    RuleOrder,
    MissingJump,
    UnexpectedJump,
    DisplacedJump,
}
