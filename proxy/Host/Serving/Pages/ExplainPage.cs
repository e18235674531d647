using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Explain;
using ImdsProxy.Identify;

namespace ImdsProxy.Serving.Pages;

/// <summary><c>GET /explain?pod=NAMESPACE/NAME&amp;request=…</c>: this proxy's current decision on a request of a pod, with the reasons.</summary>
internal sealed class ExplainPage(ICallerSource callers, Func<PolicySnapshot?> policy, bool seesHost = false)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context, Explain(context.Request.Query));
        }
        catch (FormatException e)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(e.Message, context.RequestAborted);
        }
    }

    private static Task AnswerAsync(HttpContext context, Explained explained)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, explained, ExplainedJson.Default.Explained, context.RequestAborted);
    }

    private Explained Explain(IQueryCollection query)
    {
        var given = GivenRequest.Of(query["request"].ToString(), query["header"].OfType<string>().Select(GivenRequest.Header));
        var name = query["pod"].ToString();
        var pod = Find(name);
        return pod.HostNetwork && !seesHost ? new Explained(false, $"not decided: {name} shares the node's network and bypasses the proxy\n")
            : pod.Addresses.IsEmpty && !pod.HostNetwork ? new Explained(false, $"denied: {name} has no address yet, so its requests can't be identified\n")
            : policy() is not { } snapshot ? new Explained(false, "denied: no policy is in force\n")
            : pod.HostNetwork ? Explained.Of(snapshot, IPAddress.None, callers.FindOnHost(pod.Identity.Uid), given)
            : Explained.Of(snapshot, Address(pod), callers.Find(Address(pod)), given);
    }

    // A pod and its predecessor of the same name may both be known. The page explains the pod that holds its address.
    private KnownPod Find(string name)
    {
        var pods = callers.Known.Where(pod => pod.Identity.ToString() == name).ToList();
        return pods.Find(IsIdentified)
            ?? pods.FirstOrDefault()
            ?? throw new FormatException($"no pod {name} is known on this node; write NAMESPACE/NAME, and ask the proxy on the pod's node");
    }

    private bool IsIdentified(KnownPod pod) => pod.Addresses.Any(address => Has(pod, address));

    private IPAddress Address(KnownPod pod) => pod.Addresses.FirstOrDefault(address => Has(pod, address), pod.Addresses[0]);

    private bool Has(KnownPod pod, IPAddress address) => callers.Find(address) is Caller.Pod caller && caller.Identity.Uid == pod.Identity.Uid;
}
