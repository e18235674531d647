using System.Diagnostics;
using System.Net;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.TestKit;
using Xunit;

namespace ImdsProxy.Docs.Tests.Reader;

/// <summary>
/// The node that the documents query: a proxy with an audit log of requests from several pods and of a policy change. All tests
/// share it and only read it.
/// </summary>
[CollectionDefinition(nameof(Node))]
public sealed class Node : IAsyncLifetime, ICollectionFixture<Node>
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";
    private const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    private const string FluentBit = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-docs-node");
    private readonly Background _background;
    private IPEndPoint _proxy = new(IPAddress.Loopback, 0);

    public Node() => _background = new Background(_directory.FullName, Stdout);

    /// <summary>The output of the proxy's container.</summary>
    internal string Stdout => At("stdout.jsonl");

    private string Log => At("log");

    private string Socket => At("management.sock");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(At("callers.json"), Callers.OfThisMachine);
        var policy = await File.ReadAllTextAsync(Repository.At("policy.example.json"));
        await File.WriteAllTextAsync(At("policy.json"), policy);
        var imds = Background.Free();
        await _background.StartAsync(imds, "fake-imds", "--listen", $"{imds}", "--identity", Kubelet, "--identity", FluentBit);

        var first = await ServeAsync(imds);
        await EnforcedAsync();
        await ChangeAsync(policy);
        await AuditedAsync();
        await StopAsync(first);
        await ServeAsync(imds);
    }

    public async ValueTask DisposeAsync()
    {
        await _background.StopAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>A script that runs the program with the node's directories in place of the documented ones.</summary>
    internal string Wrapper() => $$"""
        #!/bin/bash
        given=("${@//\/var\/log\/imds-proxy/{{Log}}}")
        given=("${given[@]//\/run\/imds-proxy\/management.sock/{{Socket}}}")
        exec {{string.Join(' ', ImdsProxyProgram.Command)}} "${given[@]}"
        """;

    private async Task EnforcedAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await AskAsync(Callers.FluentBit, $"{Token}https://api.kusto.windows.net");
            await AskAsync(Callers.Autoscaler, $"{Token}https://management.azure.com/&client_id={Kubelet}");
        }

        await AskAsync(Callers.Web, $"{Token}https://management.azure.com/&client_id={Kubelet}");
        await AskAsync(Callers.Web, @"/metadata/identity\oauth2\token?resource=x");
        await AskAsync(Callers.Web, "/latest/meta-data/iam/security-credentials");
    }

    // An operator switches to audit mode and changes a rule.
    private async Task ChangeAsync(string policy)
    {
        await File.WriteAllTextAsync(At("policy.json"), policy.Replace("\"mode\": \"enforce\",", "\"mode\": \"audit\",", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => Records().Contains("\"mode-changed\"", StringComparison.Ordinal));
    }

    private async Task AuditedAsync()
    {
        await AskAsync(Callers.Web, "/metadata/instance?api-version=2021-02-01");
        await RawHttp.SendAsync(_proxy, new RawRequest("POST", "/metadata/scheduledevents?api-version=2019-08-01").WithBody(
            """{"StartRequests":[{"EventId":"C7061BAC-AFDC-4513-B24B-AA5F13A16123"}]}"""), Callers.Events);
        await Eventually.HoldsAsync(() => Records().Contains("C7061BAC", StringComparison.Ordinal));
    }

    private string Records() => string.Concat(Directory.GetFiles(Log, "*.jsonl").Select(Read));

    private static string Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private Task<RawResponse?> AskAsync(IPAddress pod, string target) => RawHttp.SendAsync(_proxy, RawRequest.Get(target), pod);

    private Task<Process> ServeAsync(IPEndPoint imds)
    {
        _proxy = Background.Free();
        return _background.StartAsync(
            _proxy,
            "serve", "--listen", $"{_proxy}", "--management", $"unix:{Socket}", "--upstream", $"http://{imds}", "--policy", "policy.json",
            "--callers", $"file:{At("callers.json")}", "--audit-dir", Log, "--audit-stdout", "--node-name", "aks-nodepool1-1");
    }

    // The process then writes its last checkpoint to stdout.
    private static async Task StopAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();
    }

    private string At(string file) => Path.Combine(_directory.FullName, file);
}
