using System.Security.Cryptography;
using System.Text;

namespace ImdsProxy.FakeImds;

/// <summary>A user-assigned identity of the fake VM.</summary>
/// <param name="ClientId">The application id, a GUID.</param>
/// <param name="ObjectId">The principal's id in the directory, a GUID.</param>
/// <param name="ResourceId">The Azure resource id, compared without case.</param>
internal sealed record FakeIdentity(string ClientId, string ObjectId, string ResourceId)
{
    /// <summary>
    /// Whether the resource id was configured. Tokens leave out a generated id, because it could contradict a policy that holds
    /// the real id.
    /// </summary>
    public bool IsResourceIdGiven { get; init; } = true;

    /// <summary>
    /// Creates an identity from its client id. Ids that are not given are derived from the client id and are the same
    /// every time.
    /// </summary>
    public static FakeIdentity Create(string clientId, string? resourceId = null, string? objectId = null) =>
        new(clientId, objectId ?? DerivedObjectId(clientId), resourceId ?? FakeVm.IdentityResourceId($"id-{clientId}")) { IsResourceIdGiven = resourceId is not null };

    /// <summary>
    /// Parses <c>CLIENT_ID</c> or <c>CLIENT_ID=RESOURCE_ID</c>. Throws a <see cref="FormatException"/> that states the
    /// expected format.
    /// </summary>
    public static FakeIdentity Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var clientId = equals < 0 ? text : text[..equals];
        if (!Guid.TryParseExact(clientId, "D", out _))
        {
            throw new FormatException("write CLIENT_ID or CLIENT_ID=RESOURCE_ID, the client id as a GUID with dashes");
        }

        return equals < 0 ? Create(clientId) : Create(clientId, CheckedResourceId(text[(equals + 1)..]));
    }

    private static string CheckedResourceId(string text) => text.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase)
        ? text
        : throw new FormatException("a resource id begins with /subscriptions/");

    private static string DerivedObjectId(string clientId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"object id of {clientId.ToLowerInvariant()}"));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }
}
