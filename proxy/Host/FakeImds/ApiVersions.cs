using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ImdsProxy.FakeImds;

/// <summary>The API versions that the fake accepts. All endpoints share one set.</summary>
internal static class ApiVersions
{
    private static readonly ImmutableArray<string> Listed =
    [
        "2017-03-01", "2017-04-02", "2017-08-01", "2017-10-01", "2017-12-01", "2018-02-01", "2018-04-02", "2018-10-01",
        "2019-02-01", "2019-03-11", "2019-04-30", "2019-06-01", "2019-06-04", "2019-08-01", "2019-08-15", "2019-11-01",
        "2020-06-01", "2020-07-15", "2020-09-01", "2020-10-01", "2020-12-01", "2021-01-01", "2021-02-01", "2021-03-01",
        "2021-05-01", "2021-08-01", "2021-10-01", "2021-11-01", "2021-11-15", "2021-12-13",
    ];

    // Scheduled events have their own list of versions.
    private static readonly FrozenSet<string> Accepted =
        Listed.Concat(["2017-11-01", "2019-01-01", "2019-04-01", "2020-07-01"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The response to <c>GET /metadata/versions</c>.</summary>
    public static FakeReply Versions { get; } =
        FakeReply.Json($$"""{"apiVersions":[{{string.Join(',', Listed.Select(version => $"\"{version}\""))}}]}""");

    public static bool Has(string? version) => version is not null && Accepted.Contains(version);
}
