using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.Stores.Tests.Random;

/// <summary>Random lines as a proxy writes them, with values that a hostile pod would choose.</summary>
internal sealed class RandomLog(System.Random random)
{
    /// <summary>Values that end a literal, a pattern or a row if they are not escaped, or that an engine might read differently.</summary>
    public static readonly string[] Hostile =
    [
        "'", "\\", "\\'", "'; DROP TABLE imds_audit; --", "' OR '1'='1", "%", "_", "a_b", "a%b", "\\x27", "\\%", "{p:String}", "$$", "`", "\"",
        "\n", "\r\nline", "\t", "\0", "a\0b", "\u001b[31m", "\u2028", "é", "É", "straße", "K", "k", "ſ", "日本", "\U0001F600", "/*", "*/", "--", "#",
        "\"verdict\":\"allowed\"", "Code: 1. DB::Exception: no", "FORMAT Null", "-", "", " ", "null", "0", "a,b", "(", ")", "[a-z]", ".*", "?", "^a$",
    ];

    public static readonly string[] Namespaces = ["shop", "shop-2", "kube-system", "logging", "Shop"];
    public static readonly string[] Pods = ["web-0", "web-1", "fluent-bit-qg7vq", "cluster-autoscaler-5c4d"];
    public static readonly string[] Paths = ["/metadata/identity/oauth2/token", "/metadata/instance", "/metadata/instance/compute", "/metadata/instancex", "/metadata/scheduledevents", "/metadata/identity/issuecredential", "/latest/meta-data", "/acc/tdquote", "/metadata/THIM/amd/certification"];
    public static readonly string[] Resources = ["https://management.azure.com/", "https://management.azure.com", "HTTPS://Management.Azure.com//", "https://vault.azure.net", "api://AbC/d_e"];
    public static readonly string[] Clients = ["e5dbcd30-9b3d-4041-b791-ac23f9038175", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "E5DBCD30-9b3d-4041-b791-ac23f9038175"];
    public static readonly string[] Addresses = ["10.244.0.11", "10.244.1.7", "192.168.0.255", "fd00::1", "fd00::ffff", "::1"];
    public static readonly string[] Events = ["policy-loaded", "mode-changed", "override-began", "pod-seen", "alive", "records-lost"];
    public static readonly DateTimeOffset Begin = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private int _seq;

    public System.Random Random => random;

    public List<string> Lines(int count) => [.. Enumerable.Range(0, count).Select(_ => Line())];

    public T Any<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    public string Text(params string[] usual) => random.Next(4) == 0 ? Any(Hostile) : Any(usual);

    public string Time() => Begin.AddTicks(random.NextInt64(TimeSpan.TicksPerDay * 3)).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private string Line()
    {
        var isEvent = random.Next(5) == 0;
        var line = new JsonObject { ["ts"] = Time(), ["kind"] = isEvent ? "event" : "request" };
        line[isEvent ? "event" : "id"] = isEvent ? Any(Events) : $"0HN{_seq}";
        Maybe(line, "cluster", () => Any(["prod-weu", "prod-neu"]));
        line["node"] = $"aks-{random.Next(3)}";
        line["instance"] = Any(["b7f1", "c0de"]);
        line["seq"] = ++_seq;
        line["prev"] = $"{random.NextInt64():x16}";
        if (isEvent)
        {
            AddEvent(line);
        }
        else
        {
            AddRequest(line);
        }

        return line.ToJsonString();
    }

    private void AddEvent(JsonObject line)
    {
        Maybe(line, "mode", () => Any(["enforce", "audit"]));
        Maybe(line, "reason", () => Text("maintenance"));
        Maybe(line, "revision", () => Any(["3f2a", "77aa"]));
        Maybe(line, "previousRevision", () => "3f2a");
        Maybe(line, "count", () => random.Next(100));
        Maybe(line, "cause", () => Text("No space left on device"));
        if ((string)line["event"]! == "pod-seen")
        {
            AddPod(line);
            line["labels"] = new JsonObject { ["app"] = Text("web") };
        }
    }

    private void AddRequest(JsonObject line)
    {
        line["verdict"] = Any(["allowed", "denied", "would-deny", "rejected", "failed"]);
        line["reason"] = Any(["rule", "no-rule", "deny-rule", "rate-limited", "bad-request"]);
        Maybe(line, "rule", () => Text("r1", "istio-probes"));
        Maybe(line, "quiet", () => true);
        line["mode"] = Any(["enforce", "audit"]);
        Maybe(line, "policyRevision", () => Any(["3f2a", "77aa"]));
        var caller = new JsonObject();
        Maybe(caller, "ip", () => Any(Addresses));
        if (random.Next(5) > 0)
        {
            AddPod(caller);
        }
        else
        {
            caller["kind"] = Any(["node", "unknown", "other"]);
        }

        line["caller"] = caller;
        if (random.Next(6) == 0)
        {
            line["summary"] = new JsonObject { ["count"] = random.Next(1, 5000) };
            return;
        }

        line["request"] = Request();
        Maybe(line, "cut", () => true);
        AddAnswer(line);
    }

    private void AddPod(JsonObject pod)
    {
        pod["namespace"] = Any(Namespaces);
        pod["pod"] = Any(Pods);
        pod["uid"] = $"{random.Next(9)}";
        Maybe(pod, "serviceAccount", () => Any(["web", "fluent-bit"]));
        Maybe(pod, "owner", () => Any(["Deployment/web", "DaemonSet/fluent-bit"]));
    }

    private JsonObject Request()
    {
        var request = new JsonObject { ["method"] = Text("GET", "POST") };
        if (random.Next(5) == 0)
        {
            request["rawTarget"] = Text(Paths);
            request["error"] = Text("the path contains an escape");
        }
        else
        {
            request["path"] = Text(Paths);
            Maybe(request, "apiVersion", () => Text("2018-02-01"));
            Maybe(request, "resource", () => Text(Resources));
            Maybe(request, "selector", () => new JsonObject { ["kind"] = "client_id", ["value"] = Text(Clients) });
        }

        Maybe(request, "probe", () => true);
        Maybe(request, "userAgent", () => Text("azsdk-net-Identity/1.12.0", "envoy/1.31"));
        return request;
    }

    private void AddAnswer(JsonObject line)
    {
        Maybe(line, "response", () => new JsonObject { ["status"] = Any([200, 400, 403, 429, 503]), ["bytes"] = random.Next(5000) });
        Maybe(line, "issued", Issued);
        Maybe(line, "upstream", () => new JsonObject { ["status"] = 200, ["ms"] = Milliseconds(), ["cached"] = random.Next(2) == 0 });
        line["ms"] = Milliseconds();
    }

    private JsonNode Issued()
    {
        var issued = new JsonObject();
        Maybe(issued, "identity", () => Text("kubelet", "adx-ingest"));
        issued["clientId"] = Text(Clients);
        Maybe(issued, "resource", () => Text(Resources));
        Maybe(issued, "expiresOn", () => Begin.AddSeconds(random.Next(400_000)).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        Maybe(issued, "tokenId", () => Text("w797wIn-j51C0ykECiyfCA"));
        return issued;
    }

    private double Milliseconds() => Math.Round(random.Next(10) switch { 0 => 0, 1 => 0.001, 2 => random.Next(5_000_000) / 3.0, _ => random.NextDouble() * 40 }, 3);

    private void Maybe(JsonObject into, string name, Func<JsonNode> value)
    {
        if (random.Next(4) > 0)
        {
            into[name] = value();
        }
    }
}
