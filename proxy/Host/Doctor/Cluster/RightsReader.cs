using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>Asks the API server once, for all checks, for the rights of this container's account.</summary>
/// <param name="settings">How the API server is reached, or null.</param>
/// <param name="noAccount">Why <paramref name="settings"/> is null.</param>
/// <param name="ns">The namespace in which the rights are listed.</param>
/// <param name="time">The clock.</param>
internal sealed class RightsReader(KubeSettings? settings, string? noAccount, string ns, TimeProvider time)
{
    private Task<AccountRights>? _reading;

    public Uri? Server => settings?.Server;

    public Task<AccountRights> ReadAsync(CancellationToken cancellation) => _reading ??= ReadOnceAsync(cancellation);

    private async Task<AccountRights> ReadOnceAsync(CancellationToken cancellation)
    {
        if (settings is null)
        {
            return new AccountRights(null, false, noAccount, null);
        }

        using var http = KubeConnection.Open(settings);
        try
        {
            var status = await new KubeClient(http, new KubeToken(settings.TokenFile, time), time).ReviewRulesAsync(ns, cancellation);
            return new AccountRights([.. (status.ResourceRules ?? []).SelectMany(Split)], status.Incomplete, null, null);
        }
        catch (KubeException e)
        {
            return new AccountRights(null, false, null, e.Message.TrimEnd('.'));
        }
    }

    private static IEnumerable<Right> Split(ResourceRule rule) =>
        from verb in rule.Verbs
        from apiGroup in rule.ApiGroups ?? [""]
        from resource in rule.Resources ?? []
        select new Right(verb, apiGroup, resource, rule.ResourceNames is { } names ? [.. names] : []);
}
