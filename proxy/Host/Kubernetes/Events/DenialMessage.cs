using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Explaining;
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

    /// <param name="record">The denial.</param>
    /// <param name="policy">The policy in force, whose aliases the hint uses; or null.</param>
    public static string Of(AuditRecord record, PolicySnapshot? policy)
    {
        var verb = record.Verdict == Verdict.WouldDeny ? "would deny" : "denied";
        var rule = record.Rule is null ? "" : $", rule {record.Rule}";
        var denial = $"ImdsProxy {verb}: {What(record)} ({record.Reason.Name()}{rule}).";
        return denial + Cure(record, policy, EventReporter.LongestMessage - denial.Length);
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

    private static string Cure(AuditRecord record, PolicySnapshot? policy, int room) => record.Reason switch
    {
        Reason.DenyRule => " A deny overrides every allow, so only a change to that rule can allow it.",
        Reason.IdentityMismatch => " IMDS answered with an identity or resource that is not allowed: request the intended identity by client_id.",
        _ when policy is not null && record.Request is { } request && PermissionHint.ForDenied(policy, record.Caller, request, record.Reason) is { } hint => Hint(hint, room),
        _ => "",
    };

    // A truncated permission is useless, so a permission that does not fit is left out.
    private static string Hint(PermissionHint hint, int room)
    {
        var text = $" To allow it, add {hint.Permission} to \"allow\" of a rule with {hint.Workload} in \"workloads\".";
        var notes = string.Concat(hint.Notes.Select(static note => $" Note: {note}."));
        return text.Length + notes.Length <= room ? text + notes
            : text.Length <= room ? text
            : " The permission that would allow it is too long for an Event; imds-proxy policy explain prints it.";
    }

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
