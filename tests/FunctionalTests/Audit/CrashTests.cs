using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Audit.Verify;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.FakeImds;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Audit;

public sealed class CrashTests : IDisposable
{
    private const int Kills = 30;
    private const int Clients = 8;
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    private const string Policy = """
        {"version":1,"mode":"enforce","identities":{"arm":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}},
         "rules":[{"name":"all","workloads":[{"namespaces":["web"]}],"allow":[{"path":"/metadata/identity/oauth2/token","identities":["arm"],"resources":["https://management.azure.com"]}]}]}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("audit-crash-").FullName;
    private readonly ConcurrentBag<string> _received = [];
    private readonly List<string> _output = [];
    private int _asked;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Serve_KilledUnderLoad_HasOneRecordPerReceivedToken()
    {
        await ServeProcess.WriteSceneAsync(_directory, Policy);
        await using var imds = await FakeImdsServer.StartAsync(
            new FakeImdsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), RateLimited = false, RememberedRequests = 0, Identities = [FakeIdentity.Parse("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6")] },
            CancellationToken.None);
        for (var kill = 0; kill < Kills; kill++)
        {
            await RunAndKillAsync(imds.Address, TimeSpan.FromMilliseconds(50 + Random.Shared.Next(250)));
        }

        // A record that the disk of a busy machine does not take within its deadline is written to stdout.
        var output = Path.Combine(_directory, "stdout.jsonl");
        await File.WriteAllLinesAsync(output, _output);
        var recorded = await IssuedToAsync([Path.Combine(_directory, "log"), output]);
        _received.Count.ShouldBeGreaterThanOrEqualTo(Kills);
        var missing = _received.Where(agent => recorded.GetValueOrDefault(agent) == 0).ToList();
        missing.ShouldBeEmpty();
        recorded.Where(record => record.Value > 1).ShouldBeEmpty();
        new AuditVerifier().Verify(Path.Combine(_directory, "log")).Problems.ShouldBeEmpty();
    }

    private async Task RunAndKillAsync(Uri upstream, TimeSpan life)
    {
        using var proxy = await ServeProcess.StartAsync(_directory, upstream);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = proxy.Address };
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = Enumerable.Range(0, Clients).Select(_ => AskUntilItEndsAsync(client, answered)).ToList();

        // Killed at a random moment after the first token, so that a slow start does not end the process before it has answered.
        await answered.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Task.Delay(life, TimeProvider.System);
        await proxy.KillAsync();
        await Task.WhenAll(asking);
        _output.AddRange(proxy.Output);
    }

    private async Task AskUntilItEndsAsync(HttpClient client, TaskCompletionSource answered)
    {
        try
        {
            while (true)
            {
                var agent = $"client/{Interlocked.Increment(ref _asked)}";
                using var request = new HttpRequestMessage(HttpMethod.Get, Token);
                request.Headers.Add("Metadata", "true");
                request.Headers.Add("User-Agent", agent);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                // The token counts as issued if any part of it arrives.
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    _received.Add(agent);
                    answered.TrySetResult();
                }

                await response.Content.ReadAsByteArrayAsync();
            }
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            // The proxy was killed. The client does not wrap the error of a connection that ends just after it began.
        }
    }

    private static async Task<Dictionary<string, int>> IssuedToAsync(string[] logs)
    {
        var builder = new AuditQueryBuilder();
        builder.AddIssued(negated: false);
        // A line in doubt may be in the directory and on stdout. Both have the same number.
        HashSet<(string, string)> numbers = [];
        Dictionary<string, int> recorded = new(StringComparer.Ordinal);
        var fields = new AuditLine();
        await new AuditSearch(builder.Build(), new SearchSource(logs)).EachAsync(
            line =>
            {
                fields.TryParse(line.Span);
                string Text(AuditField field) => Encoding.UTF8.GetString(fields.Get(line.Span, field));
                if (numbers.Add((Text(AuditField.Instance), Text(AuditField.Seq))))
                {
                    recorded[Text(AuditField.UserAgent)] = recorded.GetValueOrDefault(Text(AuditField.UserAgent)) + 1;
                }

                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            long.MaxValue,
            CancellationToken.None);
        return recorded;
    }
}
