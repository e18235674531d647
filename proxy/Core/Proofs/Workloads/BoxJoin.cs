using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>Joins boxes that differ only in their owners or service accounts, if one split created them. Their requests are equal, so one description is enough.</summary>
internal static class BoxJoin
{
    public static IReadOnlyList<WorkloadBox> Of(IReadOnlyList<WorkloadBox> boxes) => boxes.Count == 1 ? boxes : Join(Join(boxes, Dimension.Owner), Dimension.ServiceAccount);

    private static List<WorkloadBox> Join(IEnumerable<WorkloadBox> boxes, int dimension) =>
    [
        .. boxes
            .GroupBy(box => (Others: box.With(dimension, null), Choice(box, dimension)?.All))
            .Select(same => same.Key.All is null ? same.First() : same.Key.Others.With(dimension, Union(same.Key.All, same.SelectMany(box => Choice(box, dimension)!.Members)))),
    ];

    private static NameChoice? Choice(WorkloadBox box, int dimension) => dimension == Dimension.Owner ? box.Owners : box.ServiceAccounts;

    private static NameChoice? Union(IReadOnlyList<NameAtom> all, IEnumerable<NameAtom> members)
    {
        NameAtom[] union = [.. members.Distinct()];
        return union.Length == all.Count ? null : new NameChoice(all, union);
    }
}
