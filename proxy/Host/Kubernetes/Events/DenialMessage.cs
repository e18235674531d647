using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>
/// Writes the message of a denial's Event: the request, the reason, and the permission that would allow it, ready for the
/// owner of the policy. Values that the pod chose are truncated and made printable, because people read Events in
/// terminals.
/// </summary>
internal static class DenialMessage
{
    private const int LongestValue = 200;

    public static string Of(AuditRecord record)
    {
        var verb = record.Verdict == Verdict.WouldDeny ? "would deny" : "denied";
        var rule = record.Rule is null ? "" : $", rule {record.Rule}";
        return $"ImdsProxy {verb}: {What(record)} ({record.Reason.Name()}{rule}).{Cure(record)}";
    }

    private static string What(AuditRecord record) => record.Request switch
    {
        null when record.Summed > 0 => "requests above its rate",
        null => "a request",
        { Endpoint.IssuesCredential: true } request =>
            $"{request.Method} {Printable(request.Path)} for resource {Printable(request.Resource ?? "(none)")} as {Identity(request)}",
        var request => $"{request.Method} {Printable(request.Path)}",
    };

    private static string Identity(ImdsRequest request) =>
        request.Selector is { } selector ? $"{selector.Key} {Printable(selector.Value)}" : "the node's default identity";

    private static string Cure(AuditRecord record) => (record.Reason, record.Request, record.Caller) switch
    {
        (Reason.NoRule or Reason.UnknownEndpoint, { } request, Caller.Pod pod) =>
            $" A rule for {{\"namespaces\":[\"{pod.Identity.Namespace}\"],\"serviceAccounts\":[\"{pod.Identity.ServiceAccount}\"]}} would allow it with {Permission(request)}",
        (Reason.DenyRule, _, _) => " A deny overrides every allow, so only a change to that rule can allow it.",
        (Reason.IdentityMismatch, _, _) => " IMDS answered with an identity or resource that is not allowed: request the intended identity by client_id.",
        _ => "",
    };

    private static string Permission(ImdsRequest request)
    {
        var text = new StringBuilder($"{{\"path\":\"{Printable(request.Path)}\"");
        if (request.Method != "GET")
        {
            text.Append($",\"methods\":[\"{request.Method}\"]");
        }

        if (request.Endpoint.IssuesCredential)
        {
            var resource = request.Endpoint.Kind == EndpointKind.Token ? request.Resource ?? "*" : "*";
            text.Append($",\"identities\":[\"{Named(request)}\"],\"resources\":[\"{Printable(resource)}\"]");
        }

        return text.Append('}').ToString();
    }

    // A policy accepts a client id as it is. Other selectors need an alias.
    private static string Named(ImdsRequest request) => request.Selector switch
    {
        { Kind: SelectorKind.ClientId } selector => Printable(selector.Value),
        null => "<alias or client id of the node's default identity>",
        var selector => $"<alias of {selector.Key} {Printable(selector.Value)}>",
    };

    private static string Printable(string text)
    {
        var cut = text.Length <= LongestValue ? text : text[..LongestValue] + "...";
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is > ' ' and < (char)0x7f and not ('"' or '\\') ? source[i] : '?';
            }
        });
    }
}
