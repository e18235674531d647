using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the allows and denies of a rule.</summary>
internal sealed class PermissionReader(ProblemList problems, AliasBook aliases)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly PathReader _paths = new(problems);
    private readonly MethodsReader _methods = new(problems);
    private readonly CredentialReader _credentials = new(problems, aliases);
    private readonly ExtraQueryReader _extraQuery = new(problems);
    private readonly PinReader _pins = new(problems, aliases);
    private readonly ViewReader _views = new(problems);

    /// <summary>Reads one entry of <c>allow</c>. Returns null if it has no valid path.</summary>
    public AllowPermission? ReadAllow(LocatedValue at)
    {
        if (Fields.Of(at, problems, "path", "methods", "identities", "resources", "extraQuery", "asIdentity", "redact", "keep") is not { } fields)
        {
            return null;
        }

        var path = _paths.ReadAllowed(fields.Required("path", "name the path that is allowed"));
        var methods = _methods.ReadAllowed(fields, path);
        var identities = _credentials.Identities(fields["identities"]);
        var resources = _credentials.Resources(fields["resources"]);
        var extraQuery = _extraQuery.Read(fields["extraQuery"], path);
        var pin = _pins.Read(fields, path);
        var view = _views.Read(fields, path);
        if (path is null)
        {
            return null;
        }

        // Wildcards never match a credential endpoint, so a path with wildcards has neither identities nor resources.
        _credentials.CheckAllowed(fields, path.Endpoint ?? ImdsEndpoints.Unknown);
        return new AllowPermission(path.Pattern, methods, identities, resources, extraQuery) { AsIdentity = pin, View = view };
    }

    /// <summary>Reads one entry of <c>deny</c>. Returns null if it is not an object.</summary>
    public DenyPermission? ReadDeny(LocatedValue at)
    {
        if (Fields.Of(at, problems, "path", "methods", "identities", "resources", "quiet") is not { } fields)
        {
            return null;
        }

        var path = _paths.Read(fields["path"]);
        var deny = new DenyPermission(
            path?.Pattern,
            _methods.Read(fields["methods"]),
            _credentials.Identities(fields["identities"]),
            _credentials.Resources(fields["resources"]),
            _scalars.Flag(fields["quiet"]));
        if (path is not null && !ImdsEndpoints.All.Any(endpoint => endpoint.IssuesCredential && path.Overlaps(endpoint, StringComparison.OrdinalIgnoreCase)))
        {
            _credentials.Refuse(fields, $"'{path.Text}' issues no credential, so this deny would never match: leave it out");
        }

        return deny;
    }
}
