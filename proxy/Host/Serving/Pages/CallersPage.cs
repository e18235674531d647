using System.Collections.Immutable;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
using ImdsProxy.Identify;

namespace ImdsProxy.Serving.Pages;

/// <summary><c>GET /callers</c>: the known pods of this node and their permissions.</summary>
internal sealed class CallersPage(ICallerSource callers, Func<PolicySnapshot?> policy, bool seesHost = false)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Options);
        Write(json);
        await json.FlushAsync(context.RequestAborted);
    }

    private void Write(Utf8JsonWriter json)
    {
        var snapshot = policy();
        json.WriteStartObject();
        json.WriteString("policyRevision", snapshot?.Revision);
        json.WriteStartArray("pods");
        foreach (var pod in callers.Known.OrderBy(static pod => pod.Identity.ToString(), StringComparer.Ordinal))
        {
            WritePod(json, pod, snapshot);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePod(Utf8JsonWriter json, KnownPod pod, PolicySnapshot? snapshot)
    {
        json.WriteStartObject();
        json.WriteString("namespace", pod.Identity.Namespace);
        json.WriteString("name", pod.Identity.Name);
        json.WriteString("uid", pod.Identity.Uid);
        json.WriteString("serviceAccount", pod.Identity.ServiceAccount);
        json.WriteString("owner", pod.Identity.Owner);
        WriteTexts(json, "addresses", [.. pod.Addresses.Select(static address => address.ToString())]);
        json.WriteBoolean("hostNetwork", pod.HostNetwork);
        if (pod.HostNetwork && !seesHost)
        {
            json.WriteString("note", "bypasses the proxy");
        }
        else
        {
            json.WriteBoolean("identified", pod.HostNetwork || pod.Addresses.Any(address => IsThatOf(pod, address)));
            WritePermissions(json, snapshot is null ? null : EffectivePermissions.Of(snapshot, pod.Identity, pod.HostNetwork));
        }

        json.WriteEndObject();
    }

    // False if another pod claims the same address, or if the address was seen on another interface.
    private bool IsThatOf(KnownPod pod, IPAddress address) => callers.Find(address) is Caller.Pod caller && caller.Identity.Uid == pod.Identity.Uid;

    private static void WritePermissions(Utf8JsonWriter json, EffectivePermissions? permissions)
    {
        if (permissions is null)
        {
            return;
        }

        json.WriteString("mode", permissions.Mode.Name());
        json.WriteStartArray("allow");
        foreach (var (rule, _, allow) in permissions.Allow)
        {
            WriteAllow(json, rule, allow);
        }

        json.WriteEndArray();
        json.WriteStartArray("deny");
        foreach (var (rule, mode, deny) in permissions.Deny)
        {
            WriteDeny(json, rule, mode, deny);
        }

        json.WriteEndArray();
    }

    private static void WriteAllow(Utf8JsonWriter json, string rule, AllowPermission allow)
    {
        json.WriteStartObject();
        json.WriteString("rule", rule);
        json.WriteString("path", allow.Path.Text);
        WriteWhat(json, allow.Methods, allow.Identities, allow.Resources);
        WriteTexts(json, "extraQuery", allow.ExtraQuery.IsDefaultOrEmpty ? default : allow.ExtraQuery);
        WriteText(json, "asIdentity", allow.AsIdentity);
        WriteText(json, "view", allow.View?.ToString());
        json.WriteEndObject();
    }

    private static void WriteDeny(Utf8JsonWriter json, string rule, PolicyMode mode, DenyPermission deny)
    {
        json.WriteStartObject();
        json.WriteString("rule", rule);
        json.WriteString("mode", mode.Name());
        WriteText(json, "path", deny.Path?.Text);
        WriteWhat(json, deny.Methods, deny.Identities, deny.Resources);
        json.WriteEndObject();
    }

    private static void WriteWhat(Utf8JsonWriter json, ImmutableArray<string> methods, ImmutableArray<string> identities, ImmutableArray<string> resources)
    {
        WriteTexts(json, "methods", methods);
        WriteTexts(json, "identities", identities);
        WriteTexts(json, "resources", resources);
    }

    // The output omits a list that the permission omits.
    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        if (texts.IsDefault)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
