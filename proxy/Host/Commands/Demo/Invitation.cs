using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>What to try while the demo stays up.</summary>
internal static class Invitation
{
    private const string Token = "/metadata/identity/oauth2/token";

    public static void Show(Screen screen, DemoStage stage, DemoNode node)
    {
        screen.Title("Now you");
        screen.Text("Ask as a pod (its address is its name here), and see the log below:");
        Curl(screen, stage.Proxy, DemoCast.Web, "/metadata/instance", "api-version=2021-02-01");
        Curl(screen, stage.Proxy, DemoCast.Web, Token, "api-version=2018-02-01", "resource=https://management.azure.com", $"client_id={node.Kubelet.ClientId}");
        Curl(screen, stage.Proxy, DemoCast.FluentBit, Token, "api-version=2018-02-01", "resource=https://api.kusto.windows.net", $"client_id={node.AdxIngest.ClientId}");
        screen.Heading("Edit the policy; it is in force within 2 seconds, and a bad edit is refused");
        screen.Line($"  {stage.Folder.Policy}");
        screen.Heading("Look behind");
        screen.Line($"  http://{stage.Management}/policy?access_token={stage.Folder.Token}");
        screen.Line($"  http://{stage.Management}/metrics");
        screen.Line($"  http://{stage.Management}/readyz");
        screen.Line($"  {stage.Folder.Audit}");
        screen.Line();
        screen.Line((Ink.Bold, "Ctrl+C ends it and takes its files away. "), (Ink.Dim, "The audit log from here on:"));
    }

    /// <summary>The log as it grows, until cancelled.</summary>
    public static async Task FollowAsync(Screen screen, AuditTail tail, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            // Checkpoints are for whoever verifies the log.
            TourRows.Show(screen, await tail.NextAsync(line => line.Event is not "checkpoint", cancellation));
        }
    }

    // One parameter a line, so that nothing is wider than the screen; -G makes a query of them.
    private static void Curl(Screen screen, IPEndPoint proxy, DemoPod pod, string path, params string[] query)
    {
        screen.Line();
        screen.Line((Ink.Dim, $"  # {pod}"));
        screen.Line($"  curl --interface {pod.Address} -H Metadata:true \\");
        screen.Line($"    -G http://{proxy}{path} \\");
        for (var i = 0; i < query.Length; i++)
        {
            screen.Line($"    -d {query[i]}{(i < query.Length - 1 ? " \\" : "")}");
        }
    }
}
