using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Says why a part of a policy has no effect, and what to do about it.</summary>
internal static class FindingText
{
    public static string Of(Finding finding, PolicyRule rule) => finding switch
    {
        { Kind: FindingKind.Shadowed, AllowIndex: { } index } =>
            $"'{rule.Allow[index].Path}' is never allowed, because {Rules(finding)} the same workloads: remove one of the two",
        { Kind: FindingKind.Redundant } =>
            $"the rule '{rule.Name}' changes no decision, because of {Names(finding)}: remove it, or correct it",
        { AllowIndex: null, DenyIndex: null } => "the rule can never match: \"except\" excludes all of its workloads",
        _ => "no request can ever match it: correct it, or remove it",
    };

    private static string Rules(Finding finding) =>
        $"{Names(finding)} {(finding.Others.Length == 1 ? "denies" : "deny")} it to";

    private static string Names(Finding finding) =>
        $"{(finding.Others.Length == 1 ? "the rule" : "the rules")} {string.Join(", ", finding.Others.Select(static name => $"'{name}'"))}";
}
