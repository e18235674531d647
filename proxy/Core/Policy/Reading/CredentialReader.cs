using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the identities and resources of a permission.</summary>
internal sealed class CredentialReader(ProblemList problems, AliasBook aliases)
{
    /// <summary>The longest value of a request's parameter.</summary>
    private const int MaxResource = 1024;

    private readonly ScalarReader _scalars = new(problems);

    /// <summary>The aliases and client ids; default if the key is missing.</summary>
    public ImmutableArray<string> Identities(LocatedValue? at) =>
        at is null ? default : [.. _scalars.Texts(at, "name an identity, or \"*\" for any").Select(Identity)];

    /// <summary>The resources as written; default if the key is missing.</summary>
    public ImmutableArray<string> Resources(LocatedValue? at)
    {
        if (at is null)
        {
            return default;
        }

        var items = _scalars.Texts(at, "name a resource, or \"*\" for any").ToList();
        foreach (var item in items.Where(item => !IsResource(item.Text)))
        {
            problems.Error(item, "write a resource as clients request it, such as https://vault.azure.net (letters, digits and - . _ ~ : / @), or \"*\" alone for any");
        }

        return [.. items.Select(item => item.Text)];
    }

    /// <summary>Checks that an allow names identities and resources if, and only if, its endpoint issues a credential. Warns about <c>*</c>.</summary>
    public void CheckAllowed(Fields allow, Endpoint endpoint)
    {
        if (!endpoint.IssuesCredential)
        {
            Refuse(allow, $"'{(endpoint.IsKnown ? endpoint.Path : "this path")}' issues no credential: leave it out");
            return;
        }

        var identities = allow.Required("identities", "name the identities that clients may request");
        WarnOfAny(identities, "any identity of the node is allowed: name those that are needed");
        if (endpoint.Kind == EndpointKind.IssueCredential)
        {
            CheckCertificate(allow.Required("resources", "write [\"*\"], because a certificate is valid for any resource"));
        }
        else
        {
            WarnOfAny(allow.Required("resources", "name the resources that tokens may be for"), "tokens for any resource are allowed: name those that are needed");
        }
    }

    /// <summary>Reports identities and resources where they have no meaning.</summary>
    public void Refuse(Fields permission, string cure)
    {
        foreach (var member in permission.At.Members.Where(member => member.Name is "identities" or "resources"))
        {
            problems.Key(member, cure);
        }
    }

    private static bool IsResource(string text) =>
        text == "*" || (text.Length is > 0 and <= MaxResource && !text.AsSpan().ContainsAnyExcept(UrlAlphabet.Resource));

    private string Identity(LocatedValue item)
    {
        if (item.Text == "*" || aliases.Use(item.Text))
        {
            return item.Text;
        }

        if (QueryValue.CanonicalGuid(item.Text) is not { } clientId)
        {
            problems.Error(item, NearKey.Of(item.Text, aliases.Names) is { } near
                ? $"there is no such alias: did you mean '{near}'?"
                : "there is no such alias: add it to \"identities\"");
            return item.Text;
        }

        problems.Warning(item, aliases.NameOf(clientId) is { } alias
            ? $"write its alias '{alias}'"
            : "a bare client id does not match a request that names the identity by object id or resource id: give it an alias in \"identities\"");
        return clientId;
    }

    private void WarnOfAny(LocatedValue? list, string cure)
    {
        foreach (var any in list?.Items.Where(item => item.Text == "*") ?? [])
        {
            problems.Warning(any, cure);
        }
    }

    private void CheckCertificate(LocatedValue? resources)
    {
        foreach (var named in resources?.Items.Where(item => item.Text != "*") ?? [])
        {
            problems.Error(named, "write [\"*\"]: the issued certificate is valid for any resource");
        }

        WarnOfAny(resources, "the issued certificate is valid for any resource for about 7 days");
    }
}
