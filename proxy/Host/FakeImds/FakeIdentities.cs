using System.Collections.Immutable;

namespace ImdsProxy.FakeImds;

/// <summary>Resolves a request's selector to an identity.</summary>
internal sealed class FakeIdentities(FakeImdsOptions options)
{
    private static readonly ImmutableArray<string> SelectorKeys = ["client_id", "object_id", "msi_res_id", "mi_res_id"];

    /// <summary>Returns the selected identity, or the error that IMDS would return.</summary>
    public (FakeIdentity? Identity, FakeReply? Error) Find(FakeQuery query)
    {
        string? selector = null;
        foreach (var key in SelectorKeys)
        {
            if (query[key] is { Length: > 0 })
            {
                if (selector is not null)
                {
                    return (null, ImdsErrors.SeveralSelectors);
                }

                selector = key;
            }
        }

        return selector is null ? Default() : Selected(selector, query[selector]!);
    }

    private (FakeIdentity?, FakeReply?) Default() => options.DemandsSelector && options.Identities.Length > 1
        ? (null, ImdsErrors.SelectorDemanded)
        : (options.Identities[0], null);

    private (FakeIdentity?, FakeReply?) Selected(string key, string value)
    {
        foreach (var identity in options.Identities)
        {
            var id = key switch { "client_id" => identity.ClientId, "object_id" => identity.ObjectId, _ => identity.ResourceId };
            if (id.Equals(value.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
            {
                return (identity, null);
            }
        }

        return (null, ImdsErrors.IdentityNotFound);
    }
}
