using System.Net;
using ImdsProxy.Commands.Demo;
using ImdsProxy.Core.Policy;
using ImdsProxy.Sources.Files;
using ImdsProxy.WebConsole;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.ConsoleTests;

/// <summary>The demo's node after seven days of work and the attack, in audit mode, with a console over its log.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private const int DaysOfWork = 7;

    private readonly DemoStage _stage;
    private readonly DemoNode _node;
    private readonly Tour _tour;
    private readonly DemoClock _clock;

    private DemoCluster(DemoStage stage, DemoNode node, DemoClock clock, ConsoleServer console)
    {
        _stage = stage;
        _node = node;
        _clock = clock;
        _tour = new Tour(Screen.OfConsole(), stage.Tail, stage.Proxy);
        Console = console;
    }

    public ConsoleServer Console { get; private set; }

    public static async Task<DemoCluster> StartAsync()
    {
        var policy = DemoPolicy.Find();
        var node = DemoNode.Of(policy.Document);
        var clock = new DemoClock(DaysOfWork);
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var stage = await DemoStage.BuildAsync(new DemoOptions(any, any, Exit: true), policy.In(PolicyMode.Audit), node, NullLoggerFactory.Instance, clock, CancellationToken.None);
        var cluster = new DemoCluster(stage, node, clock, await StartConsoleAsync(stage, clock, port: 0));
        for (var day = 0; day < DaysOfWork; day++)
        {
            await cluster._tour.PlayAsync(TourScript.DayOfWork(node), PolicyMode.Audit, CancellationToken.None);
            clock.SkipDay();
        }

        await cluster.AttackAsync(PolicyMode.Audit);
        return cluster;
    }

    /// <summary>Plays the attack and the workloads' requests.</summary>
    public async Task AttackAsync(PolicyMode mode) =>
        await _tour.PlayAsync([.. TourScript.Of(_node).SelectMany(static scene => scene.Steps)], mode, CancellationToken.None);

    /// <summary>Puts a policy in force, and waits until the proxy has loaded it.</summary>
    public async Task PutInForceAsync(byte[] policy)
    {
        _stage.Folder.WritePolicy(policy);
        await _stage.Tail.NextAsync(static line => line.Loaded is not null, CancellationToken.None);
    }

    /// <summary>Ends the console and starts another one on the same port, as an operator does.</summary>
    public async Task RestartConsoleAsync()
    {
        var port = Console.Address.Port;
        await Console.DisposeAsync();
        Console = await StartConsoleAsync(_stage, _clock, port);
    }

    public async ValueTask DisposeAsync()
    {
        _tour.Dispose();
        await Console.DisposeAsync();
        await _stage.DisposeAsync();
    }

    private static Task<ConsoleServer> StartConsoleAsync(DemoStage stage, DemoClock clock, int port) =>
        ConsoleServer.StartAsync(port, new FileSource([stage.Folder.Audit], clock), stage.Folder.Policy, clock, CancellationToken.None);
}
