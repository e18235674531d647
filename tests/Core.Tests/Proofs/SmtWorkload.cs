using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>A workload as variables of the solver, for two policies.</summary>
internal sealed partial class SmtWorkload
{
    private static readonly string[] LabelKeys = ["app", "tier"];

    private readonly SmtNames _ns;
    private readonly SmtNames _account;
    private readonly SmtNames _owner;
    private readonly Dictionary<string, SmtNames> _labels;

    public SmtWorkload(params PolicyDocument[] policies)
    {
        var all = policies.SelectMany(static policy => policy.Rules.SelectMany(static rule => rule.Workloads.Concat(rule.Except)).Concat(policy.ModeExceptions)).ToList();
        _ns = new SmtNames("ns", all.SelectMany(static match => Given(match.Namespaces)));
        _account = new SmtNames("sa", all.SelectMany(static match => Given(match.ServiceAccounts)));
        _owner = new SmtNames("owner", all.SelectMany(static match => Given(match.Owners)));
        _labels = LabelKeys.ToDictionary(
            static key => key,
            key => new SmtNames(key, all.SelectMany(static match => match.Labels.IsDefault ? [] : match.Labels).Where(label => label.Key == key).Select(static label => label.Value)),
            StringComparer.Ordinal);
    }

    /// <summary>Declares the variables.</summary>
    public string Declarations =>
        $"(declare-const owned Bool)(declare-const has_app Bool)(declare-const has_tier Bool)\n{_ns.Declaration}{_account.Declaration}{_owner.Declaration}{_labels["app"].Declaration}{_labels["tier"].Declaration}";

    /// <summary>Asks for the values of the variables.</summary>
    public static string Question => "(get-value (ns sa owned owner has_app app has_tier tier choice))";

    /// <summary>Whether the workload matches.</summary>
    public string Matches(WorkloadMatch match)
    {
        List<string> parts = [Any(match.Namespaces, _ns), Any(match.ServiceAccounts, _account)];
        if (!match.Owners.IsDefault)
        {
            parts.Add($"(and owned {Any(match.Owners, _owner)})");
        }

        foreach (var label in match.Labels.IsDefault ? [] : match.Labels)
        {
            parts.Add($"(and has_{label.Key} {_labels[label.Key].Matches(label.Value)})");
        }

        return $"(and {string.Join(' ', parts)})";
    }

    /// <summary>The pod that the solver chose, and its choice of a request.</summary>
    public (Caller.Pod Caller, int Choice) Read(string model)
    {
        var values = Value().Matches(model).ToDictionary(
            static match => match.Groups["name"].Value, static match => match.Groups["value"].Value, StringComparer.Ordinal);
        var labels = LabelKeys.Where(key => values["has_" + key] == "true").Select(key => KeyValuePair.Create(key, _labels[key].Of(values[key])));
        var owner = values["owned"] == "true" ? _owner.Of(values["owner"]) : null;
        return (new Caller.Pod(new PodIdentity(_ns.Of(values["ns"]), "pod", "uid", _account.Of(values["sa"]), owner, [.. labels])), SmtNames.Value(values["choice"]));
    }

    private static string Any(ImmutableArray<string> patterns, SmtNames names) =>
        patterns.IsDefault ? "true" : $"(or false {string.Join(' ', patterns.Select(names.Matches))})";

    private static ImmutableArray<string> Given(ImmutableArray<string> names) => names.IsDefault ? [] : names;

    [GeneratedRegex(@"\((?<name>\w+) (?<value>#b[01]+|#x[0-9a-f]+|true|false)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Value();
}
