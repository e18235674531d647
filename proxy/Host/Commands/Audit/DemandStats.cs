using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Sources;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Audit;

/// <summary><c>audit stats --by demand</c>: everything that workloads ask for, most requests first.</summary>
internal static class DemandStats
{
    private const string Name = "audit stats";

    public static Task<int> RunAsync(ParseResult flags, AuditStatsFlags asked, string form, CancellationToken cancellation)
    {
        var (output, errors) = (flags.InvocationConfiguration.Output, flags.InvocationConfiguration.Error);
        return CommandGuard.RunAsync(
            Name,
            async () =>
            {
                if (form == "csv")
                {
                    throw new FormatException("--by demand has no CSV: write -o table or -o json");
                }

                var findings = await asked.Demands.ReadAsync(flags, [], errors, cancellation);
                var demands = findings.Table.Demands.OrderByDescending(static demand => demand.Requests).ThenBy(static demand => demand.Id, StringComparer.Ordinal).Take(asked.Most(flags)).ToList();
                var identities = DemandIdentities.Of(findings.Table, null);
                var basis = LogProblems.BasisOf(findings);
                if (form == "json")
                {
                    WorkbenchJson.Write(new DemandsJson(CoverageJson.Of(basis), [.. demands.Select(demand => DemandJson.Of(demand, identities))]), WorkbenchJson.Default.DemandsJson, output);
                }
                else
                {
                    DemandsText.Write(demands, basis, new DemandWords(identities), output);
                }

                return await DemandCommand.EndAsync(Name, findings, isFound: false, errors);
            },
            errors);
    }
}
