using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>The demo from curtain to curtain.</summary>
internal sealed class DemoRun(DemoOptions options, Screen screen, ILoggerFactory logging, TimeProvider time)
{
    // The proxy promises 2 seconds; a machine that builds something meanwhile may take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Plays, and stays up if told so.</summary>
    /// <returns>Whether all was as told.</returns>
    /// <exception cref="FormatException">The example policy can't be used.</exception>
    /// <exception cref="IOException">An address or a file can't be had.</exception>
    /// <exception cref="OperationCanceledException">It was ended before the tour was over.</exception>
    public async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        var policy = DemoPolicy.Find();
        var node = DemoNode.Of(policy.Document);
        await using var stage = await DemoStage.BuildAsync(options, policy.In(PolicyMode.Audit), node, logging, time, cancellation);
        using var tour = new Tour(screen, stage.Tail, stage.Proxy);
        Introduce(stage, policy);
        await PlayAsync(tour, stage, policy, TourScript.Of(node), cancellation);
        ShowLog(stage.Tail);
        var asTold = TourSummary.Show(screen, tour.Results);
        if (!options.Exit)
        {
            Invitation.Show(screen, stage, node);
            await Invitation.FollowAsync(screen, stage.Tail, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return asTold;
    }

    private async Task PlayAsync(
        Tour tour, DemoStage stage, DemoPolicy policy, ImmutableArray<TourScene> scenes, CancellationToken cancellation)
    {
        screen.Title("1. Audit mode: all is recorded, nothing is denied but what a rule enforces by itself");
        await tour.PlayAsync(scenes, PolicyMode.Audit, cancellation);
        TourSummary.AuditMode(screen, tour.Results);
        screen.Title("2. Enforced: one word of the policy is edited while the proxy runs");
        await EnforceAsync(stage, policy, cancellation);
        await tour.PlayAsync(scenes, PolicyMode.Enforce, cancellation);
    }

    private void Introduce(DemoStage stage, DemoPolicy policy)
    {
        screen.Line((Ink.Bold, "ImdsProxy demo: "), (Ink.Plain, "a made-up AKS node on loopback, its IMDS, its pods, and the proxy between them"));
        screen.Line();
        screen.Line($"  policy     {policy.Path}");
        screen.Line($"  fake IMDS  {stage.Imds.Authority}");
        screen.Line($"  proxy      {stage.Proxy}");
        foreach (var pod in DemoCast.All)
        {
            screen.Line((Ink.Plain, $"  {pod.Address} {Screen.Fit(pod.ToString(), 30)}"), (Ink.Dim, $"service account {pod.ServiceAccount}"));
        }
    }

    private async Task EnforceAsync(DemoStage stage, DemoPolicy policy, CancellationToken cancellation)
    {
        screen.Line();
        screen.Line((Ink.Red, "  - \"mode\": \"audit\""));
        screen.Line((Ink.Green, "  + \"mode\": \"enforce\""));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var edited = time.GetTimestamp();
        stage.Folder.WritePolicy(policy.In(PolicyMode.Enforce));
        try
        {
            var loaded = await stage.Tail.NextAsync(line => line.Loaded is not null, limit.Token);
            screen.Text($"In force after {time.GetElapsedTime(edited).TotalMilliseconds:F0} ms as revision {loaded.Loaded}; nothing was restarted.");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the edited policy was not in force after {Patience.TotalSeconds:F0} seconds", e);
        }
    }

    private void ShowLog(AuditTail tail)
    {
        screen.Title("The audit log of all this");
        screen.Line();
        foreach (var line in tail.Read)
        {
            TourRows.Show(screen, line);
        }
    }
}
