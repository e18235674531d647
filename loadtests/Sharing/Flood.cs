using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ImdsProxy.LoadTests.Sharing;

/// <summary>
/// <c>flood [SECONDS]</c>: 250 pods with ten identities send two requests a second each, then one of them sends another
/// 2,000 a second. Succeeds if the other pods' p99 at most doubles.
/// </summary>
internal static class Flood
{
    private const int FloodPerSecond = 2000;
    private const int FloodConnections = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <c>flood-client PORT SECONDS</c>: runs only the flood, as a separate process.
    public static async Task<int> ClientAsync(string[] args)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(int.Parse(args[1], CultureInfo.InvariantCulture)), TimeProvider.System);
        var (sent, refused) = await FloodAsync(new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture)), end.Token);
        await Console.Out.WriteLineAsync($"{sent} {refused}");
        return 0;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var length = TimeSpan.FromSeconds(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10);
        await using var scene = await NodeScene.StartAsync();
        await AskAsync(scene, TimeSpan.FromSeconds(3));
        var quiet = await AskAsync(scene, length);

        // If `dotnet` started this program, the program is an argument of dotnet. Otherwise the program is the process itself.
        string[] program = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? [typeof(Flood).Assembly.Location] : [];
        using var flood = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [.. program, "flood-client", $"{scene.Proxy.EndPoint.Port}", $"{length.TotalSeconds + 1}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        var loud = await AskAsync(scene, length);
        var counts = (await flood.StandardOutput.ReadToEndAsync()).Split(' ');
        var (sent, refused) = (int.Parse(counts[0], CultureInfo.InvariantCulture), int.Parse(counts[1], CultureInfo.InvariantCulture));
        await Console.Out.WriteLineAsync($"quiet: {Text(quiet)}");
        await Console.Out.WriteLineAsync($"flood: {Text(loud)}; the flood sent {sent / (length.TotalSeconds + 1):0} requests/s, {refused * 100.0 / Math.Max(1, sent):0} % of them answered 429");
        await Console.Out.WriteLineAsync($"IMDS received {scene.Imds.Requests.Count} requests and answered {scene.Imds.Requests.Count(request => request.Status == 429)} of them with 429");
        return At(loud, 0.99) <= At(quiet, 0.99) * 2 && loud.All(answer => answer.Status == 200) ? 0 : 1;
    }

    public static string Text(List<(int Status, double Milliseconds)> answers) =>
        $"{answers.Count} answers to the others, {answers.Count(answer => answer.Status != 200)} of them not 200, p50 {At(answers, 0.5):0.00} ms, p90 {At(answers, 0.9):0.00} ms, p99 {At(answers, 0.99):0.00} ms";

    public static double At(List<(int Status, double Milliseconds)> answers, double part) =>
        answers.Select(answer => answer.Milliseconds).Order().ElementAt((int)(answers.Count * part));

    public static async Task<List<(int Status, double Milliseconds)>> AskAsync(NodeScene scene, TimeSpan length)
    {
        var pods = await Task.WhenAll(Enumerable.Range(1, NodeScene.Pods - 1).Select(pod => PodAsync(scene, pod, length)));
        return [.. pods.SelectMany(answers => answers)];
    }

    private static async Task<List<(int Status, double Milliseconds)>> PodAsync(NodeScene scene, int pod, TimeSpan length)
    {
        using var connection = await PodConnection.OpenAsync(scene.Proxy.EndPoint, NodeScene.Pod(pod));
        var request = PodConnection.Request(NodeScene.Token(pod % NodeScene.Identities));
        var answers = new List<(int, double)>();
        var began = TimeProvider.System.GetTimestamp();

        // Spreads the pods' requests over the interval.
        await Task.Delay(Interval * pod / NodeScene.Pods, TimeProvider.System);
        while (TimeProvider.System.GetElapsedTime(began) < length)
        {
            var sent = TimeProvider.System.GetTimestamp();
            var status = await connection.AskAsync(request);
            answers.Add((status, TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds));
            await Task.Delay(Interval, TimeProvider.System);
        }

        return answers;
    }

    private static async Task<(int Sent, int Refused)> FloodAsync(IPEndPoint server, CancellationToken end)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, FloodConnections).Select(_ => FloodOnAsync(server, end)));
        return (all.Sum(one => one.Sent), all.Sum(one => one.Refused));
    }

    private static async Task<(int Sent, int Refused)> FloodOnAsync(IPEndPoint server, CancellationToken end)
    {
        using var connection = await PodConnection.OpenAsync(server, NodeScene.Pod(0));
        var request = PodConnection.Request(NodeScene.Token(0) + "&bypass_cache=true");
        var (sent, refused) = (0, 0);
        var began = TimeProvider.System.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            refused += await connection.AskAsync(request) == 429 ? 1 : 0;
            sent++;
            var ahead = TimeSpan.FromSeconds(sent * (double)FloodConnections / FloodPerSecond) - TimeProvider.System.GetElapsedTime(began);
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead, TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return (sent, refused);
    }
}
