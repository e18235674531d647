using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Deny;

/// <summary>
/// The sentence of a denial. It must contain "unreachable": this word makes the credential chains of the Azure SDKs for .NET and
/// Go try the next credential.
/// </summary>
internal static class DenialText
{
    /// <summary>The text of a denial, before and after the request's id.</summary>
    public static (string Before, string After) Describe(Denial denial, in Asker asker, CredentialAnswer? returned, string? help) =>
        Sentence(What(denial.Request), Why(denial, asker, returned), asker, help);

    /// <summary>The sentence for any denied item, before and after the request's id.</summary>
    public static (string Before, string After) Sentence(string what, string why, in Asker asker, string? help) => (
        $"IMDS is unreachable for this workload: ImdsProxy denied {what}: {why} ({Who(asker)}, request ",
        string.IsNullOrEmpty(help) ? ")." : "). " + help);

    private static string What(ImdsRequest request) => request.Endpoint.Kind switch
    {
        EndpointKind.Token => $"a token for {request.Resource ?? "no resource"} as {Identity(request)}",
        EndpointKind.IssueCredential => $"a certificate as {Identity(request)}",
        _ => $"{request.Method} {request.Path}",
    };

    private static string Identity(ImdsRequest request) =>
        request.Selector is { } selector ? $"{selector.Key} {selector.Value}" : "the node's default identity";

    private static string Why(Denial denial, in Asker asker, CredentialAnswer? returned) => denial.Reason switch
    {
        Reason.NoRule => "no rule allows it",
        Reason.DenyRule when returned is not null => $"{Returned(returned)}, which a rule denies",
        Reason.DenyRule => "a rule denies it",
        Reason.IdentityMismatch when returned is not null => $"{Returned(returned)}, which the request did not ask for or no rule allows",
        Reason.IdentityMismatch => "IMDS answered with another identity",
        Reason.PinAmbiguous => "the policy names more than one identity for this request: name one with client_id",
        Reason.UnknownEndpoint => "IMDS is not known to have this path, and no rule allows it",
        Reason.UnknownParameter => $"IMDS is not known to accept {Parameters(denial.Request)}, and no rule allows it",
        Reason.BadRequest => $"it carries {denial.Request.RelayedBy}, which marks a relayed request",
        Reason.CallerUnknown => $"no known pod of this node has the address {asker.Address}",
        Reason.CallerAmbiguous => $"more than one pod claims the address {asker.Address}",
        Reason.CallerIsNode => $"{asker.Address} is the node's own address, which belongs to no workload",
        _ => denial.Reason.Name(),
    };

    private static string Returned(CredentialAnswer returned) =>
        $"IMDS answered with client_id {returned.ClientId}{(returned.Resource is null ? "" : $" for {returned.Resource}")}{Token(returned)}";

    // The identity in the token, if it differs from the identity in the answer.
    private static string Token(CredentialAnswer returned) => returned.Claims is { } claims
        && (claims.AppId ?? claims.AuthorizedParty ?? returned.ClientId, claims.Audience ?? returned.Resource) is var (client, audience)
        && (client != returned.ClientId || audience != returned.Resource)
            ? $" and a token of {client} for {audience}"
            : "";

    private static string Parameters(ImdsRequest request) =>
        "the query " + string.Join(", ", request.Extra.Select(parameter => $"'{parameter.Key}'"));

    private static string Who(in Asker asker) => asker.Caller is Caller.Pod pod
        ? $"pod {pod.Identity}, service account {pod.Identity.ServiceAccount}"
        : $"address {asker.Address}";
}
