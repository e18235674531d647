using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads lists of workloads.</summary>
internal sealed class WorkloadReader(ProblemList problems)
{
    private readonly ScalarReader _scalars = new(problems);

    /// <summary>Reads a list of workloads.</summary>
    /// <param name="at">The list, or null if it is missing.</param>
    /// <param name="needsNamespaces">The reason why each workload must name its namespaces, or null if namespaces are optional.</param>
    /// <param name="trustedOnly">Whether labels and owners are refused, because a pod's creator chooses them.</param>
    public ImmutableArray<WorkloadMatch> Read(LocatedValue? at, string? needsNamespaces = null, bool trustedOnly = false)
    {
        var matches = ImmutableArray.CreateBuilder<WorkloadMatch>();
        foreach (var item in _scalars.List(at, "name a workload; {} is every pod"))
        {
            if (Fields.Of(item, problems, "namespaces", "serviceAccounts", "owners", "labels") is not { } fields)
            {
                continue;
            }

            if (needsNamespaces is not null)
            {
                fields.Required("namespaces", needsNamespaces);
            }

            if (trustedOnly)
            {
                RefuseForgeable(fields);
            }

            matches.Add(ReadOne(fields));
        }

        return matches.ToImmutable();
    }

    private void RefuseForgeable(Fields fields)
    {
        foreach (var forgeable in fields.At.Members.Where(member => member.Name is "labels" or "owners"))
        {
            problems.Key(forgeable, "a pod could change its own mode: name only namespaces and serviceAccounts");
        }
    }

    private WorkloadMatch ReadOne(Fields fields) => new(
        Names(fields["namespaces"], NameFormat.IsKubernetesPattern, "write the name of a namespace (lower-case letters, digits and '-'), its beginning and '*', or '*'"),
        Names(fields["serviceAccounts"], NameFormat.IsKubernetesPattern, "write the name of a service account (lower-case letters, digits, '-' and '.'), its beginning and '*', or '*'"),
        Names(fields["owners"], NameFormat.IsOwnerPattern, "write an owner as Kind/name, such as DaemonSet/fluent-bit; it may end in '*'"),
        Labels(fields["labels"]));

    private ImmutableArray<string> Names(LocatedValue? at, Func<string, bool> isGood, string cure)
    {
        if (at is null)
        {
            return default;
        }

        foreach (var bad in _scalars.Texts(at, "name something, or leave the key out to match anything").Where(item => !isGood(item.Text)))
        {
            problems.Error(bad, cure);
        }

        return [.. at.Items.Select(item => item.Text)];
    }

    private ImmutableArray<KeyValuePair<string, string>> Labels(LocatedValue? at)
    {
        if (at is null)
        {
            return [];
        }

        if (at.Kind != JsonValueKind.Object || at.Members.Length == 0)
        {
            problems.Error(at, "write labels as an object such as { \"app\": \"web\" }, or leave the key out");
        }

        foreach (var label in at.Members)
        {
            CheckLabel(label);
        }

        return [.. at.Members.Select(label => KeyValuePair.Create(label.Name, label.Value.Text))];
    }

    private void CheckLabel(LocatedMember label)
    {
        if (!NameFormat.IsLabelKey(label.Name))
        {
            problems.Key(label, "no pod can have such a label: write its key as Kubernetes does, such as app or example.com/team");
        }

        if (_scalars.Text(label.Value) is { } text && !NameFormat.IsLabelValue(text))
        {
            problems.Error(label.Value, "no pod can have such a label: write its whole value, at most 63 letters, digits, '.', '_' and '-' (no '*')");
        }
    }
}
