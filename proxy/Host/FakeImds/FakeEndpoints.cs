using System.Collections.Frozen;

namespace ImdsProxy.FakeImds;

/// <summary>The endpoints of IMDS, keyed by path.</summary>
internal sealed class FakeEndpoints
{
    private readonly FrozenDictionary<string, FakeEndpoint> _byPath;
    private readonly FakeEndpoint _instance;

    public FakeEndpoints(FakeImdsOptions options)
    {
        var identities = new FakeIdentities(options);
        var credentials = new CredentialEndpoints(identities, options.Time);
        _instance = new(new InstanceEndpoint(options.Identities[0]).Answer);
        _byPath = new Dictionary<string, FakeEndpoint>(StringComparer.Ordinal)
        {
            ["/metadata/versions"] = new(_ => ApiVersions.Versions) { NeedsApiVersion = false },
            ["/metadata/attested/document"] = new(new OtherDocuments(options.Time).AttestedDocument),
            ["/metadata/identity/info"] = Identity(_ => OtherDocuments.IdentityInfo),
            ["/metadata/identity/oauth2/token"] = Identity(new TokenEndpoint(identities, options.Time).Answer),
            ["/metadata/identity/getplatformmetadata"] = Identity(credentials.PlatformMetadata) with { NeedsApiVersion = false },
            ["/metadata/identity/issuecredential"] = Identity(credentials.Issue) with { NeedsApiVersion = false, Methods = ["POST"] },
            ["/metadata/scheduledevents"] = new(new ScheduledEvents().Answer) { Methods = ["GET", "POST"] },
            ["/metadata/loadbalancer"] = new(_ => OtherDocuments.LoadBalancer),
            ["/metadata/reprovisiondata"] = new(_ => OtherDocuments.ReprovisionData),
            ["/metadata/THIM/amd/certification"] = new(_ => OtherDocuments.AmdCertification) { NeedsApiVersion = false },
            // Third-party code posts a report here without the Metadata header.
            ["/acc/tdquote"] = new(_ => OtherDocuments.TdQuote) { NeedsApiVersion = false, NeedsMetadataHeader = false, Methods = ["GET", "POST"] },
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public FakeReply Reply(FakeRequest request) =>
        request.Headers.ContainsKey("X-Forwarded-For") ? ImdsErrors.Forwarded
        : Find(request.Path)?.Reply(request) ?? ImdsErrors.NotFound;

    private FakeEndpoint? Find(string path) =>
        _byPath.TryGetValue(path, out var endpoint) ? endpoint : IsInstance(path) ? _instance : null;

    private static bool IsInstance(string path) =>
        path.StartsWith(InstanceEndpoint.Path, StringComparison.Ordinal)
        && (path.Length == InstanceEndpoint.Path.Length || path[InstanceEndpoint.Path.Length] == '/');

    private static FakeEndpoint Identity(Func<FakeRequest, FakeReply> answer) =>
        new(answer) { MetadataHeaderMissing = ImdsErrors.IdentityMetadataHeaderMissing };
}
