using System.Text.Json;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the aliases in <c>identities</c>.</summary>
internal sealed class IdentitiesReader(ProblemList problems)
{
    private const string CureOfGuid = "write a GUID of 36 characters, such as 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    private readonly ScalarReader _scalars = new(problems);
    private readonly Dictionary<(string Key, string Value), string> _owners = [];

    public AliasBook Read(LocatedValue? at)
    {
        var aliases = new AliasBook();
        if (at is null)
        {
            return aliases;
        }

        if (at.Kind != JsonValueKind.Object)
        {
            problems.Error(at, "write an object of aliases, { \"name\": { \"clientId\": … } }");
        }

        foreach (var member in at.Members)
        {
            aliases.Declare(member.Name, member.Value);
            if (ReadOne(member) is { } alias)
            {
                aliases.Add(alias);
            }
        }

        return aliases;
    }

    private IdentityAlias? ReadOne(LocatedMember member)
    {
        CheckName(member);
        if (Fields.Of(member.Value, problems, "clientId", "objectId", "resourceId") is not { } fields)
        {
            return null;
        }

        var clientId = Unique(member, "clientId", fields.Required("clientId", CureOfGuid), QueryValue.CanonicalGuid, CureOfGuid);
        var objectId = Unique(member, "objectId", fields["objectId"], QueryValue.CanonicalGuid, CureOfGuid);
        var resourceId = Unique(
            member,
            "resourceId",
            fields["resourceId"],
            ManagedIdentityId.Canonical,
            "write /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>");
        return clientId is null ? null : new IdentityAlias(member.Name, clientId, objectId, resourceId);
    }

    private void CheckName(LocatedMember member)
    {
        if (!NameFormat.IsName(member.Name))
        {
            problems.Key(member, $"this is not a valid alias name: {NameFormat.Cure}");
        }
        else if (QueryValue.CanonicalGuid(member.Name) is not null)
        {
            problems.Key(member, "an alias that is a GUID would be taken for a client id: give it a name");
        }
    }

    private string? Unique(LocatedMember alias, string key, LocatedValue? at, Func<string, string?> canonical, string cure)
    {
        if (at is null || _scalars.Text(at) is not { } text)
        {
            return null;
        }

        var value = canonical(text);
        if (value is null)
        {
            problems.Error(at, cure);
            return null;
        }

        if (!_owners.TryAdd((key, value.ToLowerInvariant()), alias.Name))
        {
            problems.Error(at, $"the alias '{_owners[(key, value.ToLowerInvariant())]}' has the same {key}: keep one alias per identity");
            return null;
        }

        return value;
    }
}
