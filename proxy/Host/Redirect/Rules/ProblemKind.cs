namespace ImdsProxy.Redirect.Rules;

/// <summary>The kinds of problems, each repaired in its own way.</summary>
internal enum ProblemKind
{
    MissingRule,
    ForeignRule,
    RuleOrder,
    MissingJump,
    SpareJump,
    DisplacedJump,
}
