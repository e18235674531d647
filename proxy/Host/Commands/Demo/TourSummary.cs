using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>What came of it all.</summary>
internal static class TourSummary
{
    /// <summary>What audit mode showed, honestly.</summary>
    public static void AuditMode(Screen screen, IReadOnlyList<TourResult> results)
    {
        var tries = results.Where(result => result.Step.Pod == DemoCast.Web).ToList();
        var stolen = tries.Count(result => result.IsTheft);
        screen.Heading("What audit mode did, and what it did not");
        screen.Text($"The attack went through: {stolen} tokens stolen. Only the kubelet's identity held, because its rule is enforced in audit mode too.");
        screen.Text("The log names all that a policy has to answer for before it is enforced:");
        foreach (var caller in results.Where(result => result.Line.Verdict == "would-deny").GroupBy(result => result.Line.Caller, StringComparer.Ordinal))
        {
            screen.Line((Ink.Yellow, $"  ! {caller.Count(),2} would-deny  "), (Ink.Plain, caller.Key.PadRight(22)), (Ink.Dim, Remark(caller.First())));
        }
    }

    /// <summary>One line, and below it what was not as told.</summary>
    /// <returns>Whether all was as told.</returns>
    public static bool Show(Screen screen, IReadOnlyList<TourResult> results)
    {
        var differences = results.Select(result => result.Difference).OfType<string>().ToList();
        screen.Line();
        screen.Line(
            (differences.Count == 0 ? Ink.Green : Ink.Red, differences.Count == 0 ? "All as told: " : "Not as told: "),
            (Ink.Bold, $"{results.Count} requests; tokens stolen in audit mode: {Thefts(results, PolicyMode.Audit)}, enforced: {Thefts(results, PolicyMode.Enforce)}."));
        foreach (var difference in differences)
        {
            screen.Text(difference, Ink.Red);
        }

        return differences.Count == 0;
    }

    private static int Thefts(IReadOnlyList<TourResult> results, PolicyMode mode) =>
        results.Count(result => result.Mode == mode && result.IsTheft);

    private static string Remark(TourResult result) =>
        result.Step.Pod == DemoCast.Web ? "   nothing here was ever needed: leave it denied" : "   harmless: deny it quietly, or allow it";
}
