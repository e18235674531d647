using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the identity to add to token requests that name no identity.</summary>
internal sealed class PinReader(ProblemList problems, AliasBook aliases)
{
    private readonly ScalarReader _scalars = new(problems);

    /// <param name="allow">The permission.</param>
    /// <param name="path">The permission's path, or null if it is invalid.</param>
    /// <returns>An alias, or null.</returns>
    public string? Read(Fields allow, PathShape? path)
    {
        if (allow["asIdentity"] is not { } at || _scalars.Text(at) is not { } name)
        {
            return null;
        }

        if (path is not null && path.Endpoint?.Kind != EndpointKind.Token)
        {
            problems.Error(at, $"only token requests can have an identity added: leave the key out, or write the path '{ImdsEndpoints.Token.Path}'");
        }
        else if (!aliases.Use(name))
        {
            problems.Error(at, NearKey.Of(name, aliases.Names) is { } near
                ? $"there is no such alias: did you mean '{near}'?"
                : "there is no such alias: add it to \"identities\"");
        }
        else if (allow["identities"] is { } identities && !Array.Exists(identities.Items, item => item.Text == name || item.Text == "*"))
        {
            problems.Error(at, "the permission does not allow this identity: add it to its \"identities\"");
        }

        return name;
    }
}
