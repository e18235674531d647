using System.Collections.Immutable;

namespace ImdsProxy.FakeImds;

/// <summary>An endpoint of the fake, with the checks a request must pass before the endpoint answers.</summary>
/// <param name="Answer">Produces the response to a valid request.</param>
internal sealed record FakeEndpoint(Func<FakeRequest, FakeReply> Answer)
{
    public ImmutableArray<string> Methods { get; init; } = ["GET"];

    public bool NeedsApiVersion { get; init; } = true;

    public bool NeedsMetadataHeader { get; init; } = true;

    /// <summary>The response to a request without the <c>Metadata</c> header.</summary>
    public FakeReply MetadataHeaderMissing { get; init; } = ImdsErrors.MetadataHeaderMissing;

    public FakeReply Reply(FakeRequest request) => Refusal(request) ?? Answer(request);

    private FakeReply? Refusal(FakeRequest request) =>
        !Methods.Contains(request.Method, StringComparer.Ordinal) ? ImdsErrors.MethodNotAllowed
        : NeedsMetadataHeader && !HasMetadataHeader(request) ? MetadataHeaderMissing
        : request.Query.HasDuplicates ? ImdsErrors.DuplicateParameter
        : NeedsApiVersion && !ApiVersions.Has(request.Query["api-version"]) ? ImdsErrors.ApiVersion
        : null;

    // Some regions accept only "true". Istio and cloud-provider-azure send "True", which most regions accept.
    private static bool HasMetadataHeader(FakeRequest request) =>
        request.Headers["Metadata"] is [var value] && "true".Equals(value, StringComparison.OrdinalIgnoreCase);
}
