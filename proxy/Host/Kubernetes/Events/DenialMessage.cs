using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>
/// What an Event says of a denial: what was asked, why not, and the permission that would allow it, to hand to whoever
/// owns the policy. What the pod chose is cut, and made printable: people read it in terminals.
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
        (Reason.DenyRule, _, _) => " A deny beats every allow: only a change of that rule allows it.",
        (Reason.IdentityMismatch, _, _) => " IMDS answered with an identity or resource that is not allowed: name the wanted one by client_id.",
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

    // Only a client id can stand in a policy as it is; the others need an alias.
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
