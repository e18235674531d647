using ScheduledEventIds = ImdsProxy.FakeImds.ScheduledEvents;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The request targets that the tests use.</summary>
internal static class Targets
{
    public const string TokenPath = "/metadata/identity/oauth2/token";
    public const string Kusto = "https%3A%2F%2Fapi.kusto.windows.net";
    public const string Management = "https%3A%2F%2Fmanagement.azure.com";
    public const string Location = "/metadata/instance/compute/location?api-version=2021-02-01&format=text";
    public const string Instance = "/metadata/instance?api-version=2021-02-01";
    public const string ScheduledEvents = "/metadata/scheduledevents?api-version=2020-07-01";

    /// <summary>The body of a POST that approves the fake's scheduled event.</summary>
    public const string Approval = $$"""{"StartRequests":[{"EventId":"{{ScheduledEventIds.EventId}}"}]}""";

    /// <summary>A token request for a resource (URL-encoded), with an optional selector such as <c>client_id=…</c>.</summary>
    public static string Token(string resource, string? selector = null) =>
        $"{TokenPath}?api-version=2018-02-01&resource={resource}{(selector is null ? "" : "&" + selector)}";

    /// <summary>The request that Fluent Bit is allowed to send.</summary>
    public static string KustoToken { get; } = Token(Kusto, $"client_id={Policies.Ingest}");
}
