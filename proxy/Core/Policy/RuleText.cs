using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>Renders a rule as text. Two rules have the same text only if they have the same content in the same order.</summary>
internal static class RuleText
{
    public static string Of(PolicyRule rule) => string.Join(
        '\n',
        [
            $"{rule.Name}\t{rule.Description}\t{rule.Mode}",
            .. rule.Workloads.Select(match => "workload " + Of(match)),
            .. rule.Except.Select(match => "except " + Of(match)),
            .. rule.Allow.Select(allow => $"allow {allow.Path} {List(allow.Methods)} {List(allow.Identities)} {List(allow.Resources)} {List(allow.ExtraQuery)} {allow.AsIdentity} {allow.View}"),
            .. rule.Deny.Select(deny => $"deny {deny.Path} {List(deny.Methods)} {List(deny.Identities)} {List(deny.Resources)} {deny.Quiet}"),
        ]);

    public static string Of(WorkloadMatch match) =>
        $"{List(match.Namespaces)} {List(match.ServiceAccounts)} {List(match.Owners)} {List(match.Labels)}";

    private static string List<T>(ImmutableArray<T> items) => items.IsDefault ? "-" : $"[{string.Join(',', items)}]";
}
