using System.Diagnostics;
using System.Globalization;
using ImdsProxy.FunctionalTests.Memory;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Fleet;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Nodes;

/// <summary>The part of a search that runs on a node, as a process.</summary>
[Collection(LimitedProxy.Alone)]
public sealed class NodeCommandTests : IDisposable
{
    private const int Records = 40_000;
    private const string NoDeadline = "1h";

    // The bound is for the program of the image. The tests may run one that compiles itself, which takes memory of its own.
    private static readonly long MostBytes = (ImdsProxyProgram.Command.Length == 1 ? 64L : 160L) << 20;

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("node-log-");

    public void Dispose() => _log.Delete(recursive: true);

    [Theory]
    [InlineData("--answer=records")]
    [InlineData("--answer=records", "--last=10000")]
    [InlineData("--answer=demands")]
    [InlineData("--answer=groups", "--by=pod,resource,verdict")]
    public async Task Node_BesideTheServingProxy_StaysWithinItsMemory(params string[] flags)
    {
        await WriteLogAsync();
        await using var proxy = await LimitedProxy.StartAsync();
        using var search = Process.Start(Redirected(proxy.Memory.Inside(Query(NoDeadline, flags))))!;
        var errors = search.StandardError.ReadToEndAsync();

        // Each answer is longer than a pipe and a buffer hold, so the process still runs when its first lines are read.
        var (peak, last) = (0L, "");
        for (var lines = 0; await search.StandardOutput.ReadLineAsync() is { } line; lines++)
        {
            last = line;
            if (lines < 3 || lines % 50 == 0)
            {
                peak = Math.Max(peak, PeakOf(search));
            }
        }

        await search.WaitForExitAsync();

        search.ExitCode.ShouldBe(0, await errors);
        last.ShouldStartWith("end ");
        peak.ShouldBeInRange(1, MostBytes);
        TestContext.Current.SendDiagnosticMessage($"{string.Join(' ', flags)}: {peak >> 20} MiB");
        proxy.ShouldBeAlive();
        (await proxy.AskAsync(0)).ShouldBe(200);
    }

    [Fact]
    public async Task Node_WhoseClientGoesAway_EndsEvenWhileItWrites()
    {
        await WriteLogAsync();
        using var search = Process.Start(Redirected(Query(NoDeadline, "--answer=records")))!;
        await search.StandardOutput.ReadLineAsync();

        // More is found than a pipe holds, so a write blocks.
        search.StandardInput.Close();

        await search.WaitForExitAsync();
        search.ExitCode.ShouldBe(3);
        (await search.StandardError.ReadToEndAsync()).ShouldContain("the client has gone away");
    }

    [Fact]
    public async Task Node_AtItsDeadline_EndsEvenWhileItWrites()
    {
        await WriteLogAsync();
        using var search = Process.Start(Redirected(Query("1s", "--answer=records")))!;

        await search.WaitForExitAsync();

        search.ExitCode.ShouldBe(3);
        (await search.StandardError.ReadToEndAsync()).ShouldContain("the deadline has passed");
    }

    [Theory]
    [InlineData("--stream=2", "this version answers in format 1")]
    [InlineData("--answer=weather", "Argument 'weather' not recognized")]
    [InlineData("--pot=web", "Unrecognized command or argument '--pot=web'")]
    public async Task Node_AskedInAnotherVersion_Refuses(string flag, string message)
    {
        var start = ImdsProxyProgram.StartInfo(["audit", "node", .. flag.StartsWith("--answer", StringComparison.Ordinal) ? [] : new[] { "--answer=records" }, flag, _log.FullName]);

        var (code, output, errors) = await FleetCommand.EndAsync(start);

        (code, output).ShouldBe((2, ""));
        errors.ShouldContain(message);
    }

    private ProcessStartInfo Query(string deadline, params string[] flags) => ImdsProxyProgram.StartInfo(["audit", "node", "--stream=1", $"--deadline={deadline}", .. flags, _log.FullName]);

    private static ProcessStartInfo Redirected(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        return start;
    }

    private static long PeakOf(Process process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has just ended.
            return 0;
        }
    }

    private async Task WriteLogAsync()
    {
        var log = new FleetLog("aks-1", "b7f1");
        for (var n = 0; n < Records; n++)
        {
            _ = (n % 3) switch
            {
                0 => log.AddInstance(Start.AddMilliseconds(n), FleetLog.Pod("shop", $"web-{n % 50}", $"web-{n % 500}")),
                1 => log.AddToken(Start.AddMilliseconds(n), FleetLog.Pod("logging", "fluent-bit", $"fluent-bit-{n % 200}"), FleetLog.Arm, "kubelet"),
                _ => log.AddToken(Start.AddMilliseconds(n), FleetLog.Pod("shop", "web", $"web-{n % 300}"), $"https://vault-{n % 100}.example", null),
            };
        }

        await log.WriteAsync(_log.FullName, Start);
    }
}
