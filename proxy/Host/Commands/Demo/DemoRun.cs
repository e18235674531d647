using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>Runs the demo from start to end.</summary>
internal sealed class DemoRun(DemoOptions options, Screen screen, ILoggerFactory logging)
{
    // A suggestion proposes a credential only after 7 days, so the attack comes on the eighth day.
    private const int DaysOfWork = 7;

    // Enough to show the workloads' requests beside the end of the attack.
    private const int ShownLines = 8;

    // The proxy promises to load a policy within 2 seconds, but a busy machine may take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly DemoClock _clock = new(DaysOfWork);

    /// <summary>Plays the tour, then keeps the demo running unless <c>--exit</c> was given.</summary>
    /// <returns>Whether every request ended as expected.</returns>
    /// <exception cref="FormatException">The example policy cannot be used.</exception>
    /// <exception cref="IOException">An address or a file is not available.</exception>
    /// <exception cref="OperationCanceledException">The demo was cancelled before the tour was over.</exception>
    public async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        var policy = DemoPolicy.Find();
        var node = DemoNode.Of(policy.Document);
        await using var stage = await DemoStage.BuildAsync(options, policy.In(PolicyMode.Audit), node, logging, _clock, cancellation);
        using var tour = new Tour(screen, stage.Tail, stage.Proxy);
        Introduce(stage, policy);
        await PlayAsync(tour, stage, policy, node, cancellation);
        ShowLog(stage.Tail);
        var asTold = TourSummary.Show(screen, tour.Results);
        if (!options.Exit)
        {
            Invitation.Show(screen, stage, node);
            await Invitation.FollowAsync(screen, stage.Tail, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return asTold;
    }

    private async Task PlayAsync(Tour tour, DemoStage stage, DemoPolicy policy, DemoNode node, CancellationToken cancellation)
    {
        screen.Title("1. Audit mode: everything is recorded; only a rule in enforce mode can deny");
        await WorkAsync(tour, node, cancellation);
        await tour.PlayAsync(TourScript.Of(node), PolicyMode.Audit, cancellation);
        TourSummary.AuditMode(screen, tour.Results);
        screen.Title("2. The log becomes a policy, and the attack does not");
        var suggestion = await new DemoLearning(screen, stage.Folder.Audit).PlayAsync(policy, cancellation);
        screen.Title("3. Enforce mode: the suggestion and one word of the policy, while the proxy runs");
        await EnforceAsync(stage, policy.With(suggestion), suggestion, cancellation);
        await tour.PlayAsync(TourScript.Again(node), PolicyMode.Enforce, cancellation);
    }

    private async Task WorkAsync(Tour tour, DemoNode node, CancellationToken cancellation)
    {
        var requests = 0;
        for (var day = 0; day < DaysOfWork; day++)
        {
            requests += (await tour.PlayAsync(TourScript.DayOfWork(node), PolicyMode.Audit, cancellation)).Count;
            _clock.SkipDay();
        }

        screen.Line();
        screen.Text($"{DaysOfWork} days of work go by: {requests} requests of four workloads. The demo's clock skips from day to day, because the policy will be written from the log, and a habit of less than 7 days counts as too new. Then comes the attack.");
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

    private async Task EnforceAsync(DemoStage stage, DemoPolicy policy, SuggestResult suggestion, CancellationToken cancellation)
    {
        screen.Line();
        foreach (var added in suggestion.Identities.Select(static alias => $"the identity {alias.Name}").Concat(suggestion.Rules.Select(static rule => $"the rule {rule.Name}")))
        {
            screen.Line((Ink.Green, $"  + {added}"));
        }

        screen.Line((Ink.Red, "  - \"mode\": \"audit\""));
        screen.Line((Ink.Green, "  + \"mode\": \"enforce\""));
        File.Copy(stage.Folder.Policy, stage.Folder.Audited);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var edited = _clock.GetTimestamp();
        stage.Folder.WritePolicy(policy.In(PolicyMode.Enforce));
        try
        {
            var loaded = await stage.Tail.NextAsync(line => line.Loaded is not null, limit.Token);
            screen.Text($"The new policy took effect after {_clock.GetElapsedTime(edited).TotalMilliseconds:F0} ms as revision {loaded.Loaded}, without a restart.");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the edited policy did not take effect within {Patience.TotalSeconds:F0} seconds", e);
        }
    }

    private void ShowLog(AuditTail tail)
    {
        screen.Title($"The audit log of this tour: the last {ShownLines} of {tail.Read.Count} lines");
        screen.Line();
        foreach (var line in tail.Read.TakeLast(ShownLines))
        {
            TourRows.Show(screen, line);
        }
    }
}
