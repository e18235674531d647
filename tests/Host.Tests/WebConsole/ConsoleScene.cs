using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Host.Tests.Audit;
using ImdsProxy.Sources.Files;
using ImdsProxy.WebConsole;

namespace ImdsProxy.Host.Tests.WebConsole;

/// <summary>A console over a log directory, and a client with its bearer token.</summary>
internal sealed class ConsoleScene : IAsyncDisposable
{
    private readonly ConsoleServer _server;

    private ConsoleScene(ConsoleServer server)
    {
        _server = server;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{server.Address}") };
    }

    public HttpClient Client { get; }

    public IPEndPoint Address => _server.Address;

    /// <summary>A token that no session has begun with yet.</summary>
    public string NewToken() => _server.NewUrl().Split("#token=")[1];

    public static async Task<ConsoleScene> StartAsync(LogDirectory log, string? policyPath = null, bool begins = true)
    {
        var scene = new ConsoleScene(await ConsoleServer.StartAsync(0, new FileSource([log.Path], TimeProvider.System), policyPath, TimeProvider.System, CancellationToken.None));
        if (begins)
        {
            using var answer = await scene.Client.PostAsJsonAsync("/api/v1/session", new { token = scene.NewToken() });
            scene.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)(await JsonOf(answer))["bearer"]!);
        }

        return scene;
    }

    public async Task<(int Status, JsonNode Json)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync($"/api/v1/{path}");
        return ((int)answer.StatusCode, await JsonOf(answer));
    }

    public async Task<(int Status, JsonNode Json)> PostAsync(string path, JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var answer = await Client.PostAsync($"/api/v1/{path}", content);
        return ((int)answer.StatusCode, await JsonOf(answer));
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _server.DisposeAsync();
    }

    private static async Task<JsonNode> JsonOf(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
}
