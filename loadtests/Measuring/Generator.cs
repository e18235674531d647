using System.Globalization;
using System.Text;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Measuring;

/// <summary>Generates load with wrk (Debian package wrk), which uses fewer resources than a client of ours would.</summary>
internal static class Generator
{
    // A script prints the results, because wrk's own summary rounds them.
    private const string Done =
        """
        done = function(summary, latency, requests)
          io.write(string.format("RESULT %d %d %d %d %d %d %d\n", latency:percentile(50), latency:percentile(99), latency.max, summary.requests, summary.duration,
            summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.errors.status))
        end
        """;

    // Requests are rendered once, so that sending one costs only a table lookup.
    private const string InTurns =
        """
        local rendered, next = {}, 0
        init = function(args)
          for i, target in ipairs(targets) do rendered[i] = wrk.format("GET", target) end
        end
        request = function()
          next = next % #rendered + 1
          return rendered[next]
        end
        """;

    /// <summary>Sends the load from the pod for a number of seconds.</summary>
    /// <exception cref="InvalidDataException">A response was missing or not as the load expects.</exception>
    public static async Task<Figures> RunAsync(NodeTopology topology, Load load, int seconds)
    {
        var script = Path.Combine(topology.Directory, "load.lua");
        await File.WriteAllTextAsync(script, Script(load));
        string[] arguments =
        [
            "wrk", "-t1", $"-c{load.Connections}", $"-d{seconds}s", "--timeout", "10s", "-s", script, "-H", "Metadata: true",
            .. load.ConnectionEach ? (string[])["-H", "Connection: close"] : [],
            $"http://{NodeTopology.Imds}{load.Targets[0]}",
        ];
        return Read(await topology.Pod.MustAsync(arguments), load);
    }

    private static string Script(Load load)
    {
        if (load.Targets.Count == 1)
        {
            return Done;
        }

        var targets = load.Targets.Aggregate(new StringBuilder("targets = {"), (text, target) => text.Append('"').Append(target).Append("\",")).Append("}\n");
        return $"{targets}{InTurns}\n{Done}";
    }

    private static Figures Read(string output, Load load)
    {
        var result = output.Split('\n').SingleOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new InvalidDataException($"{load.FullName}: wrk has no result: {output}");
        var fields = result.Split(' ').Skip(1).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var (requests, failed, refused) = (fields[3], fields[5], fields[6]);

        // A run may stop in the middle of a mix.
        var slack = load.Good is 0 or 1 ? 0 : load.Targets.Count + load.Connections;
        var wrong = Math.Abs(requests - refused - (requests * load.Good)) > slack;
        return requests > 0 && failed == 0 && !wrong
            ? new Figures(fields[0], fields[1], fields[2], requests, requests * 1e6 / fields[4])
            : throw new InvalidDataException($"{load.FullName}: {failed} of {requests} requests failed and {refused} were refused: {output}");
    }
}
