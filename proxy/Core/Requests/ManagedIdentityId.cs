using System.Buffers;
using Azure.Core;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// The resource id of a user-assigned managed identity. Azure's own parser accepts <c>..</c>, escapes, spaces and a trailing
/// slash, and echoes its input. Therefore characters and segments are checked first, and the canonical form is rebuilt from
/// the parts. If Azure's parser can read the id, it must find the same parts.
/// </summary>
public static class ManagedIdentityId
{
    // Names of subscriptions, resource groups and identities, restricted to ASCII
    // (Azure's naming rules: letters, digits, "-", "_", ".", "(", ")").
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.()");

    // "", subscriptions, {id}, resourceGroups, {group}, providers, Microsoft.ManagedIdentity, userAssignedIdentities, {name}
    private static readonly string?[] Shape =
        ["", "subscriptions", null, "resourceGroups", null, "providers", "Microsoft.ManagedIdentity", "userAssignedIdentities", null];

    /// <summary>The canonical form, or null if the value is not such an id. Canonical forms must be compared case-insensitively.</summary>
    public static string? Canonical(string value)
    {
        var segments = value.Split('/');
        if (!HasShape(segments))
        {
            return null;
        }

        var (subscription, group, name) = (segments[2], segments[4], segments[8]);
        return AzureAgrees(value, subscription, group, name)
            ? $"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
            : null;
    }

    // Azure's parser reads only ids whose subscription is a GUID. Other ids occur in tests and in stacks other than Azure.
    private static bool AzureAgrees(string value, string subscription, string group, string name) =>
        !Guid.TryParse(subscription, out _)
        || (ResourceIdentifier.TryParse(value, out var id)
            && id is not null
            && string.Equals(id.SubscriptionId, subscription, StringComparison.OrdinalIgnoreCase)
            && id.ResourceGroupName == group
            && id.Name == name);

    private static bool HasShape(string[] segments)
    {
        if (segments.Length != Shape.Length)
        {
            return false;
        }

        for (var i = 0; i < Shape.Length; i++)
        {
            if (!IsSegment(segments[i], Shape[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSegment(string segment, string? fixedName) => fixedName is null
        ? segment is { Length: > 0 and <= 128 } and not ['.', ..] and not [.., '.'] && !segment.AsSpan().ContainsAnyExcept(NameCharacters)
        : segment.Equals(fixedName, StringComparison.OrdinalIgnoreCase);
}
