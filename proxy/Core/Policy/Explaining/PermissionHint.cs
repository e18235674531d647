using System.Collections.Immutable;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Explaining;

/// <summary>
/// What to write into a policy so that it allows one request and no more. Where the request leaves something open that
/// only its author can tell, a placeholder in capitals stands there, which no policy is accepted with: a paste that was not
/// read allows nothing.
/// </summary>
/// <param name="Workload">For a rule's <c>workloads</c>: namespace and service account, the two that a pod can't choose.</param>
/// <param name="Permission">For a rule's <c>allow</c>, on one line.</param>
/// <param name="Notes">What to know or to fill in first; often empty.</param>
public sealed record PermissionHint(string Workload, string Permission, ImmutableArray<string> Notes)
{
    private const string UnknownClientId = "CLIENT_ID";

    /// <summary>The hint for a request of a pod that no allow covers.</summary>
    /// <param name="policy">Whose aliases are used.</param>
    /// <param name="pod">Who asks.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="answer">What the credential that came back says, where one did; or null.</param>
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
            ? $"no alias of the policy has this {selector.Key}: give its identity one, with its clientId, and write that in place of {UnknownClientId}"
            : $"the request names no identity: write in place of {UnknownClientId} the one that IMDS answers with; an audit record tells it, as issued.clientId");
        return UnknownClientId;
    }

    private static string Resource(ImdsRequest request, CredentialAnswer? answer, ImmutableArray<string>.Builder notes)
    {
        if (request.Endpoint.Kind == EndpointKind.IssueCredential)
        {
            notes.Add("the certificate is good for any resource of this identity");
            return "*";
        }

        if ((request.Resource ?? answer?.Resource) is { } resource)
        {
            return ResourceName.Comparable(resource);
        }

        notes.Add("the request names no resource, and such a one only \"*\" allows: better have the client name it");
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

    // The default encoder leaves nothing that a terminal or a page could take for more than text.
    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
}
