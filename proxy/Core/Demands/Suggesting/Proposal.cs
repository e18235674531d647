namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>A demand for which a suggestion has a permission.</summary>
/// <param name="Demand">The demand.</param>
/// <param name="Rule">The name of the suggested rule.</param>
/// <param name="IsQuietDeny">Whether the rule denies it quietly, because its caller works without an answer. Otherwise the rule allows it.</param>
/// <param name="KnownCaller">The caller's name if its requests are known, such as <c>Datadog</c>; or null.</param>
public sealed record Proposal(Demand Demand, string Rule, bool IsQuietDeny, string? KnownCaller);
