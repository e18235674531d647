using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>Runs the demo from start to end.</summary>
internal sealed class DemoRun(DemoOptions options, Screen screen, ILoggerFactory logging, TimeProvider time)
{
    // The proxy promises to load a policy within 2 seconds, but a busy machine may take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Plays the tour, then keeps the demo running unless <c>--exit</c> was given.</summary>
    /// <returns>Whether every request ended as expected.</returns>
    /// <exception cref="FormatException">The example policy cannot be used.</exception>
    /// <exception cref="IOException">An address or a file is not available.</exception>
    /// <exception cref="OperationCanceledException">The demo was cancelled before the tour was over.</exception>
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
        screen.Title("1. Audit mode: everything is recorded; only a rule in enforce mode can deny");
        await tour.PlayAsync(scenes, PolicyMode.Audit, cancellation);
        TourSummary.AuditMode(screen, tour.Results);
        screen.Title("2. Enforce mode: one word of the policy changes while the proxy runs");
        await EnforceAsync(stage, policy, cancellation);
        await tour.PlayAsync(scenes, PolicyMode.Enforce, cancellation);
    }

    private void Introduce(DemoStage stage, DemoPolicy policy)
    {
        screen.Line((Ink.Bold, "ImdsProxy demo: "), (Ink.Plain, "a simulated AKS node on loopback: its IMDS, its pods, and the proxy between them"));
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
            screen.Text($"The new policy took effect after {time.GetElapsedTime(edited).TotalMilliseconds:F0} ms as revision {loaded.Loaded}, without a restart.");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the edited policy did not take effect within {Patience.TotalSeconds:F0} seconds", e);
        }
    }

    private void ShowLog(AuditTail tail)
    {
        screen.Title("The audit log of this tour");
        screen.Line();
        foreach (var line in tail.Read)
        {
            TourRows.Show(screen, line);
        }
    }
}
