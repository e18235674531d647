using System.Collections.Immutable;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>
/// The permission that allows one request and nothing else, ready to be pasted into a policy. Where the request leaves out
/// something that only its author knows, the permission contains a placeholder in capitals. A policy with a placeholder is
/// refused, so pasting without reading allows nothing.
/// </summary>
/// <param name="Workload">An entry for a rule's <c>workloads</c>: namespace and service account, which a pod cannot choose.</param>
/// <param name="Permission">An entry for a rule's <c>allow</c>, on one line.</param>
/// <param name="Notes">Facts to know and gaps to fill before pasting; often empty.</param>
public sealed record PermissionHint(string Workload, string Permission, ImmutableArray<string> Notes)
{
    private const string UnknownClientId = "CLIENT_ID";

    /// <summary>The hint for a denied request, or null if no permission can allow it.</summary>
    /// <param name="policy">The policy whose aliases are used.</param>
    /// <param name="caller">The caller that was denied.</param>
    /// <param name="request">The request that was denied.</param>
    /// <param name="reason">The reason for the denial.</param>
    public static PermissionHint? ForDenied(PolicySnapshot policy, Caller caller, ImdsRequest request, Reason reason) =>
        caller is Caller.Pod pod && reason is Reason.NoRule or Reason.UnknownEndpoint or Reason.UnknownParameter
            ? For(policy, pod.Identity, request)
            : null;

    /// <summary>The hint for a pod's request that no permission allows.</summary>
    /// <param name="policy">The policy whose aliases are used.</param>
    /// <param name="pod">The pod that sent the request.</param>
    /// <param name="request">The request.</param>
    /// <param name="answer">The credential that IMDS returned, or null if no request was sent to IMDS.</param>
    public static PermissionHint For(PolicySnapshot policy, PodIdentity pod, ImdsRequest request, CredentialAnswer? answer = null)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var members = new List<string> { $"\"path\": {Quoted(request.Path)}" };
        if (request.Method != "GET")
        {
            members.Add(List("methods", request.Method));
        }

        if (request.Endpoint.IssuesCredential)
        {
            members.Add(List("identities", Identity(policy, request, answer, notes)));
            members.Add(List("resources", Resource(request, answer, notes)));
        }

        if (!request.Extra.IsEmpty)
        {
            members.Add(List("extraQuery", [.. request.Extra.Select(parameter => parameter.Key).Distinct(StringComparer.Ordinal)]));
        }

        return new PermissionHint(
            $"{{ {List("namespaces", pod.Namespace)}, {List("serviceAccounts", pod.ServiceAccount)} }}",
            $"{{ {string.Join(", ", members)} }}",
            notes.ToImmutable());
    }

    private static string Identity(PolicySnapshot policy, ImdsRequest request, CredentialAnswer? answer, ImmutableArray<string>.Builder notes)
    {
        if ((answer?.ClientId ?? policy.ClientIdOf(request)) is { } clientId)
        {
            return policy.AliasOf(clientId) ?? clientId;
        }

        notes.Add(request.Selector is { } selector
            ? $"no alias in the policy has this {selector.Key}: add an alias for its identity, with its clientId, and write the alias in place of {UnknownClientId}"
            : $"the request names no identity: in place of {UnknownClientId}, write the client id that IMDS answers with; audit records show it as issued.clientId");
        return UnknownClientId;
    }

    private static string Resource(ImdsRequest request, CredentialAnswer? answer, ImmutableArray<string>.Builder notes)
    {
        if (request.Endpoint.Kind == EndpointKind.IssueCredential)
        {
            notes.Add("the certificate is valid for any resource of this identity");
            return "*";
        }

        if ((request.Resource ?? answer?.Resource) is { } resource)
        {
            return ResourceName.Comparable(resource);
        }

        notes.Add("the request names no resource, and only \"*\" allows that: if possible, change the client to name its resource");
        return "*";
    }

    private static string List(string name, params ReadOnlySpan<string> values)
    {
        var quoted = new List<string>(values.Length);
        foreach (var value in values)
        {
            quoted.Add(Quoted(value));
        }

        return $"\"{name}\": [{string.Join(", ", quoted)}]";
    }

    // The default encoder escapes everything that a terminal or a web page could interpret as more than text.
    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
}
