using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>Suggests requests and pages to try while the demo keeps running.</summary>
internal static class Invitation
{
    private const string Token = "/metadata/identity/oauth2/token";

    public static void Show(Screen screen, DemoStage stage, DemoNode node)
    {
        screen.Title("Your turn");
        screen.Text("Send a request as a pod (the source address identifies the pod) and watch the log below:");
        Curl(screen, stage.Proxy, DemoCast.Web, "/metadata/instance", "api-version=2021-02-01");
        Curl(screen, stage.Proxy, DemoCast.Web, Token, "api-version=2018-02-01", "resource=https://management.azure.com", $"client_id={node.Kubelet.ClientId}");
        Curl(screen, stage.Proxy, DemoCast.FluentBit, Token, "api-version=2018-02-01", "resource=https://api.kusto.windows.net", $"client_id={node.AdxIngest.ClientId}");
        screen.Heading("Edit the policy; a change takes effect within 2 seconds, and an invalid change is refused");
        screen.Line($"  {stage.Folder.Policy}");
        screen.Heading("Read in full what the commands say (imds-proxy is the program that runs this demo)");
        screen.Line($"  cd {stage.Folder.Root}");
        screen.Line($"  imds-proxy policy suggest {DemoFolder.AuditName} --base {DemoFolder.AuditedName}");
        screen.Line($"  imds-proxy policy simulate {DemoFolder.PolicyName} {DemoFolder.AuditName}");
        screen.Line($"  imds-proxy rollout status --policy {DemoFolder.PolicyName} {DemoFolder.AuditName}");
        screen.Heading("Look inside");
        screen.Line($"  http://{stage.Management}/policy?access_token={stage.Folder.Token}");
        screen.Line($"  http://{stage.Management}/metrics");
        screen.Line($"  http://{stage.Management}/readyz");
        screen.Line($"  {stage.Folder.Audit}");
        screen.Line();
        screen.Line((Ink.Bold, "Ctrl+C ends the demo and deletes its files. "), (Ink.Dim, "The audit log from here on:"));
    }

    /// <summary>Shows new log lines until cancelled.</summary>
    public static async Task FollowAsync(Screen screen, AuditTail tail, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            // Checkpoints matter only for verifying the log.
            TourRows.Show(screen, await tail.NextAsync(line => line.Event is not "checkpoint", cancellation));
        }
    }

    // One parameter a line keeps the command within the screen. curl's -G turns the parameters into a query.
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
