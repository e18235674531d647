using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>Summarizes the tour.</summary>
internal static class TourSummary
{
    /// <summary>Shows which requests audit mode stopped and which requests it let through.</summary>
    public static void AuditMode(Screen screen, IReadOnlyList<TourResult> results)
    {
        var tries = results.Where(result => result.Step.Pod == DemoCast.Web).ToList();
        var stolen = tries.Count(result => result.IsTheft);
        screen.Heading("What audit mode stopped, and what it did not");
        screen.Text($"The attack succeeded: {stolen} tokens stolen. Only the kubelet's identity was protected, because its rule is enforced in audit mode too.");
        screen.Text("The log names every caller to decide about before you enforce the policy:");
        foreach (var caller in results.Where(result => result.Line.Verdict == "would-deny").GroupBy(result => result.Line.Caller, StringComparer.Ordinal))
        {
            screen.Line((Ink.Yellow, $"  ! {caller.Count(),2} would-deny  "), (Ink.Plain, caller.Key.PadRight(28)), (Ink.Dim, Remark(caller.First())));
        }
    }

    /// <summary>Shows the totals on one line, and every difference from the expected outcome below it.</summary>
    /// <returns>Whether every request ended as expected.</returns>
    public static bool Show(Screen screen, IReadOnlyList<TourResult> results)
    {
        var differences = results.Select(result => result.Difference).OfType<string>().ToList();
        screen.Line();
        screen.Line(
            (differences.Count == 0 ? Ink.Green : Ink.Red, differences.Count == 0 ? "As expected: " : "Not as expected: "),
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
        result.Step.Pod == DemoCast.Web ? " never needed: keep it denied"
        : result.Step.Pod == DemoCast.Billing ? " needed: it must have a rule"
        : " harmless: denied quietly";
}
