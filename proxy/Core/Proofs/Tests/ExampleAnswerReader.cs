using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads the answer of an example: the identity and the resource of the credential that IMDS issues.</summary>
internal sealed class ExampleAnswerReader(ProblemList problems)
{
    private readonly ScalarReader _scalars = new(problems);

    /// <summary>The answer; null if it has an error.</summary>
    /// <param name="at">The answer.</param>
    /// <param name="request">The example's request, or null if that has an error.</param>
    public CredentialAnswer? Read(LocatedValue at, ImdsRequest? request)
    {
        if (Fields.Of(at, problems, "clientId", "resource") is not { } fields)
        {
            return null;
        }

        var clientId = ClientId(fields.Required("clientId", "write the client id of the identity that IMDS answers with"));
        if (request is { Endpoint.IssuesCredential: false })
        {
            problems.Error(at, $"'{request.Path}' issues no credential: leave the answer out");
            return null;
        }

        var resource = Resource(fields, request);
        return clientId is null ? null : new CredentialAnswer(clientId, resource);
    }

    private string? ClientId(LocatedValue? at)
    {
        if (_scalars.Text(at) is not { } text)
        {
            return null;
        }

        var clientId = QueryValue.CanonicalGuid(text);
        if (clientId is null)
        {
            problems.Error(at!, "write a client id, a GUID of 36 characters, such as 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6");
        }

        return clientId;
    }

    // A certificate is good for any resource, and its answer names none.
    private string? Resource(Fields answer, ImdsRequest? request)
    {
        if (request is { Endpoint.Kind: EndpointKind.IssueCredential })
        {
            if (answer["resource"] is { } at)
            {
                problems.Error(at, "a certificate is issued for no resource: leave it out");
            }

            return null;
        }

        return _scalars.Text(answer.Required("resource", "write the resource of the token that IMDS answers with"));
    }
}
