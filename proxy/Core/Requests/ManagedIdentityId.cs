using System.Buffers;
using Azure.Core;

namespace ImdsProxy.Core.Requests;

/// <summary>
/// The resource id of a user-assigned managed identity. Azure's own parser takes it apart, but accepts <c>..</c>,
/// escapes, spaces and a trailing slash and echoes its input; so characters and segments are checked first, and the
/// canonical form is rebuilt from the parts.
/// </summary>
public static class ManagedIdentityId
{
    // Names of subscriptions, resource groups and identities, as far as they are ASCII
    // (Azure's naming rules: letters, digits, "-", "_", ".", "(", ")").
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.()");

    // "", subscriptions, {id}, resourceGroups, {group}, providers, Microsoft.ManagedIdentity, userAssignedIdentities, {name}
    private static readonly string?[] Shape =
        ["", "subscriptions", null, "resourceGroups", null, "providers", "Microsoft.ManagedIdentity", "userAssignedIdentities", null];

    /// <summary>The canonical form, or null where this is no such id. Compare it without case.</summary>
    public static string? Canonical(string value)
    {
        if (!HasShape(value) || !ResourceIdentifier.TryParse(value, out var id) || id is null)
        {
            return null;
        }

        return $"/subscriptions/{id.SubscriptionId}/resourceGroups/{id.ResourceGroupName}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{id.Name}";
    }

    private static bool HasShape(ReadOnlySpan<char> value)
    {
        var index = 0;
        foreach (var range in value.Split('/'))
        {
            if (index >= Shape.Length || !IsSegment(value[range], Shape[index]))
            {
                return false;
            }

            index++;
        }

        return index == Shape.Length;
    }

    private static bool IsSegment(ReadOnlySpan<char> segment, string? fixedName) => fixedName is null
        ? segment.Length is > 0 and <= 128 && segment[^1] != '.' && segment[0] != '.' && !segment.ContainsAnyExcept(NameCharacters)
        : segment.Equals(fixedName, StringComparison.OrdinalIgnoreCase);
}
