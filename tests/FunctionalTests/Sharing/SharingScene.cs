using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ImdsProxy.FunctionalTests.Sharing;

/// <summary>A proxy in front of a fake IMDS, and as many pods as a node has, with different loopback addresses.</summary>
internal sealed class SharingScene : IAsyncDisposable
{
    public const string Web = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    public const string Ingest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string TokenPath = "/metadata/identity/oauth2/token";
    public const string Vault = TokenPath + "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-sharing");
    private ILoggerFactory? _logging;

    private SharingScene()
    {
    }

    public NodeProxy Proxy { get; private set; } = null!;

    public FakeImdsServer Imds { get; private set; } = null!;

    public SceneOutput Output { get; } = new();

    /// <summary>All tokens that the fake IMDS issued.</summary>
    public ConcurrentBag<string> Issued { get; } = [];

    private string PolicyPath => Path.Combine(_directory.FullName, "policy.json");

    /// <param name="rules">The rules of an enforcing policy, for the namespaces a and b.</param>
    /// <param name="with">Changes the proxy's options.</param>
    /// <param name="imds">The fake IMDS's behaviour.</param>
    /// <param name="time">The proxy's clock.</param>
    /// <param name="mode">The policy's mode.</param>
    public static async Task<SharingScene> StartAsync(
        string rules, Func<ServeOptions, ServeOptions>? with = null, FakeImdsOptions? imds = null, TimeProvider? time = null, string mode = "enforce")
    {
        var scene = new SharingScene();
        try
        {
            await scene.OpenAsync(Document(rules, mode), with ?? (options => options), imds ?? new(), time ?? TimeProvider.System);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>The pod with a number from 0 to 249. Even pods are in namespace a, odd pods in namespace b.</summary>
    public static IPAddress Pod(int number) => IPAddress.Parse($"127.0.1.{number + 1}");

    /// <summary>A rule that allows both namespaces tokens of both identities for the vault.</summary>
    public static string Both(string ns = "*") => Rule("both", ns, $$"""{"path":"{{TokenPath}}","identities":["web","ingest"],"resources":["*"]}""");

    public static string Rule(string name, string ns, string allow) =>
        $$"""{"name":"{{name}}","workloads":[{"namespaces":["{{ns}}"]}],"allow":[{{allow}}]}""";

    public async Task<RawResponse> GetAsync(int pod, string target) =>
        (await RawHttp.SendAsync(Proxy.EndPoint, RawRequest.Get(target), Pod(pod))).ShouldNotBeNull();

    /// <summary>The number of requests that reached the fake IMDS.</summary>
    public int ImdsRequests => Imds.Requests.Count(request => request.Target.StartsWith("/metadata/", StringComparison.Ordinal));

    public async Task UsePolicyAsync(string rules)
    {
        var loads = Output.Count("\"event\":\"policy-loaded\"");
        await File.WriteAllTextAsync(PolicyPath, Document(rules, "enforce"));
        await Eventually.HoldsAsync(() => Output.Count("\"event\":\"policy-loaded\"") > loads);
    }

    public static string TokenOf(RawResponse answer) => JsonElement.Parse(answer.Body.Span).GetProperty("access_token").GetString()!;

    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        if (Imds is not null)
        {
            await Imds.DisposeAsync();
        }

        _logging?.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>Records each issued token, in addition to a fault.</summary>
    public Func<FakeRequest, FakeFault?> RecordingTokens(Func<FakeRequest, FakeFault?>? fault = null) => request =>
    {
        var inner = fault?.Invoke(request);
        return inner is { Stalls: true } ? inner : (inner ?? new FakeFault()) with { Change = reply => RecordToken(inner?.Change(reply) ?? reply) };
    };

    private FakeReply RecordToken(FakeReply reply)
    {
        var text = Encoding.UTF8.GetString(reply.Body.Span);
        if (reply.Status == 200 && text.Contains("access_token", StringComparison.Ordinal) && reply.Headers.IsEmpty)
        {
            Issued.Add(text.Split("\"access_token\":\"")[1].Split('"')[0]);
        }

        return reply;
    }

    private static string Document(string rules, string mode) => $$"""
        {"version":1,"mode":"{{mode}}","identities":{
          "web":{"clientId":"{{Web}}","resourceId":"{{FakeVm.DefaultIdentities[0].ResourceId}}"},
          "ingest":{"clientId":"{{Ingest}}"} },
        "rules":[{{rules}}]}
        """;

    private async Task OpenAsync(string policy, Func<ServeOptions, ServeOptions> with, FakeImdsOptions imds, TimeProvider time)
    {
        await File.WriteAllTextAsync(PolicyPath, policy);
        var callers = Path.Combine(_directory.FullName, "callers.json");
        await File.WriteAllTextAsync(callers, new JsonObject
        {
            ["pods"] = new JsonArray([.. Enumerable.Range(0, 250).Select(i => (JsonNode)new JsonObject
            {
                ["ip"] = Pod(i).ToString(), ["namespace"] = i % 2 == 0 ? "a" : "b", ["name"] = $"pod-{i}", ["uid"] = $"{i}", ["serviceAccount"] = "default",
            })]),
        }.ToJsonString());
        Imds = await FakeImdsServer.StartAsync(imds with { Time = time });
        _logging = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Output));
        Proxy = await NodeProxy.StartAsync(
            with(new ServeOptions
            {
                PolicyPath = PolicyPath,
                CallersPath = callers,
                Listen = new ListenOptions { EndPoint = new(IPAddress.Loopback, 0) },
                Upstream = new() { Address = Imds.Address, Timeout = TimeSpan.FromSeconds(3) },
                Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) },
                DrainTimeout = TimeSpan.FromSeconds(1),
            }),
            _logging,
            time,
            CancellationToken.None,
            Output);
        Imds.Faults = RecordingTokens();
    }
}
