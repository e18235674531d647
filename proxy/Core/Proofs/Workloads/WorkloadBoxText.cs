using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>Describes sets of workloads in words. Boxes that differ only in their namespaces are described together.</summary>
internal static class WorkloadBoxText
{
    /// <summary>More boxes than this are counted, not described.</summary>
    private const int MaxBoxes = 5;

    public static string Of(IReadOnlyList<WorkloadBox> boxes)
    {
        var parts = BoxJoin.Of(boxes)
            .GroupBy(static box => Join(Names(box.ServiceAccounts, Dimension.ServiceAccount), Names(box.Owners, Dimension.Owner), Labels(box.Labels)), StringComparer.Ordinal)
            .Select(static same => Join(Namespaces([.. same]), same.Key) is { Length: > 0 } text ? text : "every pod")
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return parts.Count <= MaxBoxes
            ? string.Join("; ", parts)
            : $"{string.Join("; ", parts.Take(MaxBoxes - 1))}; and {parts.Count - MaxBoxes + 1} more sets of workloads";
    }

    // All boxes of a proof share one split of the namespaces, because that dimension is split first.
    private static string? Namespaces(IReadOnlyList<WorkloadBox> boxes)
    {
        if (boxes.Any(static box => box.Namespaces is null))
        {
            return null;
        }

        var members = boxes.SelectMany(static box => box.Namespaces!.Members).ToHashSet();
        return Text(boxes[0].Namespaces!.All, members, Dimension.Namespace);
    }

    private static string? Names(NameChoice? choice, int dimension) =>
        choice is null ? null : Text(choice.All, choice.Members.ToHashSet(), dimension);

    private static string? Text(IReadOnlyList<NameAtom> all, IReadOnlySet<NameAtom> members, int dimension)
    {
        var noun = Dimension.Noun(dimension);
        return NameAtomsText.Of(all, members, noun) is not { } text ? null
            : text.StartsWith("any " + noun, StringComparison.Ordinal) || text.StartsWith("no " + noun, StringComparison.Ordinal) ? text
            : $"{noun} {text}";
    }

    private static string? Labels(LabelChoices labels)
    {
        var with = labels.Values.Where(static label => label.Value is not null).Select(static label => $"{label.Key}={label.Value}").ToList();
        var without = labels.Values.Where(static label => label.Value is null).Select(static label => label.Key).ToList();
        return Join(
            with.Count == 0 ? null : $"label {NameAtomsText.Names(with)}",
            without.Count == 0 ? null : $"no mentioned value of label {NameAtomsText.Names(without)}");
    }

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var given = new List<string>();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part))
            {
                given.Add(part);
            }
        }

        return string.Join(", ", given);
    }
}
