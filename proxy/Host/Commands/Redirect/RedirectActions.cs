using ImdsProxy.Commands.Flags;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.HostPods;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;

namespace ImdsProxy.Commands.Redirect;

/// <summary>The actions of the redirect's commands. Each returns its exit code and writes its result to standard output.</summary>
internal static class RedirectActions
{
    public static async Task<int> ApplyAsync(RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        var redirect = await new Preparation(settings, services).RunAsync(cancellation);
        if (settings.HostPods)
        {
            HostPodsRedirect.Build(HostPodsRedirect.Table(redirect.Options));
        }

        await new ReadinessGate(settings, redirect.Options, services).WaitAsync(cancellation);
        await new RulesApplier(redirect, services).RunAsync(openSince: null, cancellation);
        return await ReportAsync(redirect, await redirect.Keeper.CheckAsync(redirect.Wanted(RedirectState.Closed), cancellation), settings, services, cancellation);
    }

    public static async Task<int> CheckAsync(RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        // A check changes nothing, so an existing block is no reason to refuse the check.
        var redirect = await new Preparation(settings with { OverrideExistingBlock = true }, services).RunAsync(cancellation);
        return await ReportAsync(redirect, RuleCheck.Of(redirect.Found, redirect.Wanted(RedirectState.Closed)), settings, services, cancellation);
    }

    public static async Task<int> WatchAsync(RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        var report = new StateReport(settings, services);
        report.Withdraw();
        try
        {
            var redirect = await WatchPreparation.RunAsync(settings, services, cancellation);
            var watcher = new Watcher(redirect, settings, report, services);
            await HostPodsWatch.RunBesideAsync(ending => WatchAsync(watcher, new AgentWatch(services), ending), redirect, settings, services, cancellation);
        }
        finally
        {
            report.Withdraw();
        }

        return settings.RemoveOnExit ? await RemoveAsync(settings, services, CancellationToken.None) : ExitCode.Good;
    }

    public static async Task<int> RemoveAsync(RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        var removed = new List<string>();
        foreach (var (name, keeper) in await new Preparation(settings, services).BackendsAsync(cancellation))
        {
            if (await keeper.RemoveAsync(cancellation))
            {
                removed.Add(name);
            }
        }

        if (HostPodsRedirect.Remove())
        {
            removed.Add("host pods");
        }

        if (removed.Count > 0)
        {
            await services.Write(RedirectEvents.Removed(services.Time.GetUtcNow(), "everything", "redirect remove", until: null));
        }

        await Console.Out.WriteLineAsync(removed.Count > 0 ? $"removed ({string.Join(", ", removed)})" : "there were no rules to remove");
        return ExitCode.Good;
    }

    // The search for the agent ends with the watch, also if the watch fails.
    private static async Task WatchAsync(Watcher watcher, AgentWatch agent, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var looking = agent.RunAsync(ending.Token);
        try
        {
            await watcher.RunAsync(cancellation);
        }
        finally
        {
            await ending.CancelAsync();
            await looking;
        }
    }

    private static async Task<int> ReportAsync(
        PreparedRedirect redirect, CheckResult rules, RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        var others = OtherInterceptors.Find();
        var agent = await GuestProxyAgent.BlockerAsync(cancellation);
        var check = rules with { Blockers = [.. rules.Blockers, .. others.Blockers, .. agent is null ? Array.Empty<string>() : [agent]], Notes = [.. rules.Notes, .. others.Notes] };
        var target = $"{redirect.Options.NodeIp}:{redirect.Options.Port}";
        foreach (var note in check.Notes.Append(services.IsListening(redirect.Options.NodeIp, redirect.Options.Port) ? null : $"nothing listens on {target}, so pods cannot reach IMDS"))
        {
            await WriteAsync("note: ", note);
        }

        foreach (var missing in check.Missing)
        {
            await WriteAsync("", missing);
        }

        var hostPods = settings.HostPods ? HostPodsRedirect.Report(redirect, settings) : new HostPodsReport(true, []);
        foreach (var line in hostPods.Lines)
        {
            await WriteAsync("", line);
        }

        await WriteAsync("", check.InPlace
            ? $"in place: 169.254.169.254:80 goes to {target} (backend {redirect.Backend}: {redirect.Why})"
            : $"not in place (backend {redirect.Backend}: {redirect.Why})");
        return check.InPlace && hostPods.InPlace ? ExitCode.Good : ExitCode.Failed;
    }

    private static Task WriteAsync(string before, string? text) =>
        text is null ? Task.CompletedTask : Console.Out.WriteLineAsync(before + text);
}
