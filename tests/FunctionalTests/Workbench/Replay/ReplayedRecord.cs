using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.FunctionalTests.Workbench.Replay;

/// <summary>The record of a request of the replay.</summary>
/// <param name="Number">The number of the request, which its user agent carries.</param>
/// <param name="Key">What was asked for and by which workload, as in <see cref="KeyOfDemand"/>.</param>
/// <param name="IsJudged">Whether a policy decides such requests at all.</param>
/// <param name="IsLetThrough">Whether the pod got the answer of IMDS.</param>
internal sealed record ReplayedRecord(int Number, string Key, bool IsJudged, bool IsLetThrough)
{
    public static ReplayedRecord Of(JsonNode line)
    {
        var request = line["request"]!;
        var caller = line["caller"]!;
        var reason = (string)line["reason"]!;
        return new ReplayedRecord(
            int.Parse(((string)request["userAgent"]!)["replay/".Length..], CultureInfo.InvariantCulture),
            Joined(caller, request, reason == "missing-header" || (bool?)request["probe"] == true, (string?)request["asIdentity"]),
            reason != "bad-request",
            (string)line["verdict"]! is not "denied");
    }

    /// <summary>The same key of a demand of an answer.</summary>
    public static string KeyOfDemand(JsonNode demand) => Joined(demand, demand, (bool?)demand["probe"] == true, (string?)demand["pin"]);

    private static string Joined(JsonNode caller, JsonNode request, bool isProbe, string? pin) => string.Join(
        ' ',
        (string?)caller["namespace"],
        (string?)caller["serviceAccount"],
        (string?)caller["owner"],
        isProbe ? "probe" : "",
        (string?)request["method"],
        (string?)request["path"],
        string.Join(',', (request["extraQuery"]?.AsArray() ?? []).Select(static name => (string?)name).Order(StringComparer.Ordinal)),
        (string?)request["resource"],
        (string?)request["selector"]?["kind"],
        (string?)request["selector"]?["value"],
        pin);
}
