using ImdsProxy.Core.Demands.Rollout;

namespace ImdsProxy.Workbench;

/// <summary>Writes each namespace's progress towards enforcement as text.</summary>
internal static class RolloutText
{
    public static void Write(RolloutAnswer answer, TextWriter output)
    {
        output.WriteLine($"{answer.Policy} revision {answer.Revision}; MODE is what this policy says, in force or not");
        CoverageText.Write(answer.Basis, output);
        output.WriteLine();
        var table = new TextTable("NAMESPACE", "WORKLOADS", "REQUESTS", "UNCOVERED", "WOULD DENY 7D", "DAYS SINCE NEW", "MODE", "STATE", "NEXT");
        foreach (var status in answer.Namespaces)
        {
            table.Add(
                PlainText.Of(status.Namespace),
                PlainText.Number(status.Workloads),
                PlainText.Number(status.Requests),
                PlainText.Number(status.Uncovered.Length),
                PlainText.Number(status.WouldDenied),
                status.DaysSinceNewDemand is { } days ? PlainText.Number(days) : "-",
                Name(status.Mode),
                Name(status.State),
                PlainText.Of(status.Next));
        }

        table.Write(output);
    }

    public static string Name(NamespaceMode mode) => mode switch
    {
        NamespaceMode.Audit => "audit",
        NamespaceMode.Enforce => "enforce",
        _ => "mixed",
    };

    public static string Name(RolloutState state) => state switch
    {
        RolloutState.Learning => "learning",
        RolloutState.Ready => "ready",
        RolloutState.Enforced => "enforced",
        _ => "regressed",
    };
}
