using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>The expected outcome of a step, in terms of the audit record.</summary>
/// <param name="Verdict">The record's verdict.</param>
/// <param name="Reason">The record's reason.</param>
/// <param name="Rule">The deciding rule, or null if no rule decides.</param>
/// <param name="Status">The HTTP status that the pod receives.</param>
internal sealed record Expectation(Verdict Verdict, Reason Reason, string? Rule, int Status)
{
    private const int Ok = 200;
    private const int Forbidden = 403;

    public static Expectation Denied { get; } = new(Verdict.Denied, Reason.NoRule, null, Forbidden);

    public static Expectation WouldDeny { get; } = new(Verdict.WouldDeny, Reason.NoRule, null, Ok);

    public static Expectation AllowedBy(string rule) => new(Verdict.Allowed, Reason.Rule, rule, Ok);

    public static Expectation DeniedBy(string rule) => new(Verdict.Denied, Reason.DenyRule, rule, Forbidden);

    public static Expectation WouldDenyBy(string rule) => new(Verdict.WouldDeny, Reason.DenyRule, rule, Ok);

    public bool IsMetBy(PodAnswer answer, DemoLine line) => ToString() == Text(line.Verdict, line.Reason, line.Rule, answer.Status);

    public override string ToString() => Text(Verdict.Name(), Reason.Name(), Rule, Status);

    /// <summary>The actual outcome, in the format of <see cref="ToString"/>.</summary>
    public static string Actual(PodAnswer answer, DemoLine line) => Text(line.Verdict, line.Reason, line.Rule, answer.Status);

    private static string Text(string verdict, string reason, string? rule, int status) =>
        $"{verdict}, {reason}{(rule is null ? "" : $" {rule}")}, status {status}";
}
