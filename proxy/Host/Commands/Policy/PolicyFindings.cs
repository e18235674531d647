using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.PolicySource;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary>The parts of a policy that have no effect, as warnings. They are exact, so they replace what loading a policy finds of them.</summary>
internal static class PolicyFindings
{
    /// <summary>All problems of a policy, those that loading found first.</summary>
    public static IEnumerable<PolicyProblem> Of(PolicyTexts texts)
    {
        var load = texts.Load();
        if (load.Document is not { } policy)
        {
            return load.Problems;
        }

        var findings = PolicyProofs.Check(policy);
        if (!findings.Verdict.IsComplete)
        {
            return [.. load.Problems, new PolicyProblem(ProblemSeverity.Warning, "", 1, "", $"not all parts without effect were found. {findings.Verdict.Message}")];
        }

        var places = texts.Places();
        foreach (var finding in findings.Items)
        {
            places.Warn(
                finding.RuleIndex,
                finding.AllowIndex is not null ? "allow" : finding.DenyIndex is not null ? "deny" : null,
                finding.AllowIndex ?? finding.DenyIndex ?? 0,
                FindingText.Of(finding, policy.Rules[finding.RuleIndex]));
        }

        return [.. load.Problems.Where(static problem => !problem.IsWithoutEffect), .. places.Warnings];
    }
}
