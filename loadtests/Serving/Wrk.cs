using System.Diagnostics;
using System.Globalization;

namespace ImdsProxy.LoadTests.Serving;

/// <summary>Requests tokens from a proxy with wrk (Debian package wrk), which uses fewer resources than a client of ours would.</summary>
internal static class Wrk
{
    // A script prints the results, because wrk's own summary rounds them.
    private const string Script =
        """
        done = function(summary, latency, requests)
          io.write(string.format("RESULT %d %d %d %d %d\n", latency:percentile(50), latency:percentile(99), summary.requests, summary.duration,
            summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.status))
        end
        """;

    private const string Token =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fapi.kusto.windows.net&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    /// <exception cref="InvalidDataException">A response was not a token.</exception>
    public static async Task<WrkResult> RunAsync(PublishedProxy proxy, int connections, int seconds)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, Script);
        try
        {
            string[] arguments = ["-t1", $"-c{connections}", $"-d{seconds}s", "-s", script, "-H", "Metadata: true", $"http://{proxy.EndPoint}{Token}"];
            var before = proxy.ProcessorTime;
            using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return Read(output, proxy.ProcessorTime - before);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static WrkResult Read(string output, TimeSpan processor)
    {
        var fields = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ').Skip(1).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return fields[4] == 0
            ? new WrkResult(fields[0], fields[1], fields[2] * 1e6 / fields[3], processor.TotalMicroseconds / fields[2])
            : throw new InvalidDataException(output);
    }
}
