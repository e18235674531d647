using ImdsProxy.Core.Demands.Access;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary>The result of the view Access.</summary>
/// <param name="Policy">The revision of the policy that was asked, or null without one.</param>
/// <param name="Coverage">What the result rests on.</param>
/// <param name="Identities">The identities, those that most workloads use first. A cell names one by its place.</param>
/// <param name="Rows">The workloads.</param>
/// <param name="Unused">The permissions that nobody needed.</param>
internal sealed record AccessJson(
    string? Policy, CoverageJson Coverage, IReadOnlyList<ConsoleIdentity> Identities, IReadOnlyList<AccessJson.Row> Rows, IReadOnlyList<AccessJson.Permission> Unused)
{
    public static AccessJson Of(AccessMatrix matrix, DemandIdentities identities, CoverageJson coverage, string? revision)
    {
        var columns = matrix.Rows
            .SelectMany(static row => row.Uses.Select(static use => use.ClientId ?? "").Distinct(StringComparer.Ordinal))
            .GroupBy(static clientId => clientId, StringComparer.Ordinal)
            .OrderByDescending(static column => column.Count())
            .ThenBy(static column => column.Key, StringComparer.Ordinal)
            .Select(static column => column.Key)
            .ToList();
        return new AccessJson(
            revision,
            coverage,
            [.. columns.Select(clientId => clientId.Length == 0 ? new ConsoleIdentity(null, null) : new ConsoleIdentity(clientId, identities.AliasOf(clientId)?.Name))],
            [.. matrix.Rows.Select(row => RowOf(row, columns))],
            [.. matrix.Unused.Select(PermissionOf)]);
    }

    private static Row RowOf(AccessRow row, List<string> columns) => new(
        row.Workload.Namespace,
        row.Workload.ServiceAccount,
        [.. row.Owners],
        [
            .. row.Uses
                .GroupBy(use => columns.IndexOf(use.ClientId ?? ""))
                .OrderBy(static cell => cell.Key)
                .Select(static cell => new Cell(cell.Key, cell.Sum(static use => use.Requests), cell.Max(static use => use.Last).UtcDateTime, [.. cell.Select(UseOf)])),
        ],
        row.OtherRequests);

    private static Use UseOf(AccessUse use) => new(use.Resource, use.Requests, use.Days, use.Last.UtcDateTime, use.IsAnswered, StateOf(use.State), use.Rule);

    private static string StateOf(AccessState state) => state switch
    {
        AccessState.Allowed => "allowed",
        AccessState.Denied => "denied",
        _ => "not-allowed",
    };

    private static Permission PermissionOf(UnusedPermission unused) => new(
        unused.Rule.Name, string.Join("; ", unused.Rule.Workloads.Select(Words)), unused.Permission.Path.Text, [.. unused.Permission.Identities], [.. unused.Permission.Resources]);

    private static string Words(WorkloadMatch match) => string.Join(
        ' ',
        new[] { Words("namespace", match.Namespaces), Words("service account", match.ServiceAccounts), Words("owner", match.Owners) }.OfType<string>());

    private static string? Words(string name, System.Collections.Immutable.ImmutableArray<string> values) => values.IsDefault ? null : $"{name} {string.Join(", ", values)}";

    /// <summary>A workload.</summary>
    internal sealed record Row(string Namespace, string ServiceAccount, IReadOnlyList<string> Owners, IReadOnlyList<Cell> Cells, long Others);

    /// <summary>What a workload does with one identity.</summary>
    internal sealed record Cell(int Identity, long Requests, DateTime Last, IReadOnlyList<Use> Uses);

    /// <summary>What it does with one resource.</summary>
    internal sealed record Use(string? Resource, long Requests, int Days, DateTime Last, bool Answered, string State, string? Rule);

    /// <summary>A permission of the policy.</summary>
    internal sealed record Permission(string Rule, string Workloads, string Path, IReadOnlyList<string> Identities, IReadOnlyList<string> Resources);
}
