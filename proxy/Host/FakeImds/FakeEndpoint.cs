using System.Collections.Immutable;

namespace ImdsProxy.FakeImds;

/// <summary>What the fake demands of a request before an endpoint answers it.</summary>
/// <param name="Answer">The endpoint itself.</param>
internal sealed record FakeEndpoint(Func<FakeRequest, FakeReply> Answer)
{
    public ImmutableArray<string> Methods { get; init; } = ["GET"];

    public bool NeedsApiVersion { get; init; } = true;

    public bool NeedsMetadataHeader { get; init; } = true;

    /// <summary>What is said where that header is missing.</summary>
    public FakeReply MetadataHeaderMissing { get; init; } = ImdsErrors.MetadataHeaderMissing;

    public FakeReply Reply(FakeRequest request) => Refusal(request) ?? Answer(request);

    private FakeReply? Refusal(FakeRequest request) =>
        !Methods.Contains(request.Method, StringComparer.Ordinal) ? ImdsErrors.MethodNotAllowed
        : NeedsMetadataHeader && !HasMetadataHeader(request) ? MetadataHeaderMissing
        : request.Query.HasDuplicates ? ImdsErrors.DuplicateParameter
        : NeedsApiVersion && !ApiVersions.Has(request.Query["api-version"]) ? ImdsErrors.ApiVersion
        : null;

    // Some regions take only "true"; Istio and cloud-provider-azure send "True" and mostly get through.
    private static bool HasMetadataHeader(FakeRequest request) =>
        request.Headers["Metadata"] is [var value] && "true".Equals(value, StringComparison.OrdinalIgnoreCase);
}
