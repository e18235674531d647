using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Sharing;

/// <summary>
/// <c>crowd [SECONDS]</c>: 249 pods send two requests a second each. Then one more pod sends requests on 250 connections as
/// fast as it can. Its generator runs on the second core. Start the scenario on the first (<c>taskset -c 0</c>), so that the
/// generator does not disturb the measurement. Succeeds if all other pods are served and their p99 at most doubles.
/// </summary>
internal static class Crowd
{
    private const int Connections = 250;
    private const string Core = "1";

    // A refused connection is retried after this time, as an eager client would do.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary><c>crowd-client PORT SECONDS</c>: runs only the pod with 250 connections, as a separate process.</summary>
    public static async Task<int> ClientAsync(string[] args)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(int.Parse(args[1], CultureInfo.InvariantCulture)), TimeProvider.System);
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture));
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => AskOnAsync(server, end.Token)));
        await Console.Out.WriteLineAsync($"{all.Sum(static one => one.Answered)} {all.Sum(static one => one.Refused)}");
        return 0;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var length = TimeSpan.FromSeconds(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10);
        await using var scene = await NodeScene.StartAsync();
        await Flood.AskAsync(scene, TimeSpan.FromSeconds(3));
        var quiet = await Flood.AskAsync(scene, length);

        string[] program = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? [typeof(Crowd).Assembly.Location] : [];
        using var crowd = Process.Start(new ProcessStartInfo(
            "taskset", ["-c", Core, Environment.ProcessPath!, .. program, "crowd-client", $"{scene.Proxy.EndPoint.Port}", $"{length.TotalSeconds + 1}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var loud = await Flood.AskAsync(scene, length);
        var counts = (await crowd.StandardOutput.ReadToEndAsync()).Trim().Split(' ');
        await Console.Out.WriteLineAsync($"quiet: {Flood.Text(quiet)}");
        await Console.Out.WriteLineAsync($"crowd: {Flood.Text(loud)}; the crowd had {counts[0]} answers and {counts[1]} connections refused");
        return Flood.At(loud, 0.99) <= Flood.At(quiet, 0.99) * 2 && loud.All(static answer => answer.Status == 200) ? 0 : 1;
    }

    private static async Task<(int Answered, int Refused)> AskOnAsync(IPEndPoint server, CancellationToken end)
    {
        var request = PodConnection.Request(NodeScene.Token(0));
        var (answered, refused) = (0, 0);
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var connection = await PodConnection.OpenAsync(server, NodeScene.Pod(0));
                while (!end.IsCancellationRequested)
                {
                    await connection.AskAsync(request);
                    answered++;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                refused++;
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        }

        return (answered, refused);
    }
}
