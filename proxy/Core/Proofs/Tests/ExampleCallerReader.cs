using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads the caller of an example: one pod, so its names are without <c>*</c>.</summary>
internal sealed class ExampleCallerReader(ProblemList problems)
{
    private readonly ScalarReader _scalars = new(problems);

    /// <summary>The pod; null if it is missing or has an error.</summary>
    public PodIdentity? Read(LocatedValue? at)
    {
        if (at is null || Fields.Of(at, problems, "namespace", "serviceAccount", "owner", "labels") is not { } fields)
        {
            return null;
        }

        var ns = Name(fields.Required("namespace", "name the pod's namespace"), NameFormat.IsKubernetesPattern, "write the name of one namespace: lower-case letters, digits and '-'");
        var account = Name(fields.Required("serviceAccount", "name the pod's service account"), NameFormat.IsKubernetesPattern, "write the name of one service account: lower-case letters, digits, '-' and '.'");
        var owner = Name(fields["owner"], NameFormat.IsOwnerPattern, "write the owner's kind and name, such as DaemonSet/fluent-bit");
        var labels = Labels(fields["labels"]);
        return ns is null || account is null ? null : new PodIdentity(ns, "example", "example", account, owner, labels);
    }

    private string? Name(LocatedValue? at, Predicate<string> isValid, string cure)
    {
        if (_scalars.Text(at) is not { } name)
        {
            return null;
        }

        if (!isValid(name) || name.EndsWith('*'))
        {
            problems.Error(at!, cure);
        }

        return name;
    }

    private List<KeyValuePair<string, string>> Labels(LocatedValue? at)
    {
        var labels = new List<KeyValuePair<string, string>>();
        if (at is { Kind: not JsonValueKind.Object })
        {
            problems.Error(at, "write an object of labels, { \"app\": \"web\" }");
        }

        foreach (var member in at?.Members ?? [])
        {
            if (!NameFormat.IsLabelKey(member.Name))
            {
                problems.Key(member, "this is not a label's key: write letters, digits, '.', '_', '-' and '/'");
            }

            if (_scalars.Text(member.Value) is { } value)
            {
                if (!NameFormat.IsLabelValue(value))
                {
                    problems.Error(member.Value, "write a label's value: at most 63 letters, digits, '.', '_' and '-'");
                }

                labels.Add(KeyValuePair.Create(member.Name, value));
            }
        }

        return labels;
    }
}
