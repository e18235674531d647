using System.Text;

namespace ImdsProxy.FakeImds;

/// <summary>
/// Error responses of IMDS. The bodies for status 400 (Metadata, api-version, identity) and 429 come from the real
/// service and its documentation. The other bodies are unpublished, so they are invented in the same style.
/// </summary>
internal static class ImdsErrors
{
    public static FakeReply MetadataHeaderMissing { get; } =
        FakeReply.Json(400, """{ "error": "Bad request: . Required metadata header not specified" }""");

    public static FakeReply IdentityMetadataHeaderMissing { get; } = InvalidRequest("Required metadata header not specified");

    public static FakeReply ApiVersion { get; } = FakeReply.Json(400,
        """{"error":"Bad request. api-version is invalid or was not specified in the request.","newest-versions":["2021-12-13","2021-11-15","2021-11-01"]}""");

    public static FakeReply IdentityNotFound { get; } = InvalidRequest("Identity not found");

    public static FakeReply SelectorDemanded { get; } = InvalidRequest(
        "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request");

    public static FakeReply ResourceMissing { get; } = InvalidRequest("Required query variable 'resource' is missing");

    public static FakeReply SeveralSelectors { get; } = InvalidRequest("More than one identity selector was specified");

    public static FakeReply Throttled { get; } =
        InvalidRequest("Temporarily throttled, too many requests") with { Status = StatusCodes.Status429TooManyRequests };

    public static FakeReply DuplicateParameter { get; } =
        FakeReply.Json(400, """{ "error": "Bad request. Query parameter was specified more than once" }""");

    public static FakeReply Forwarded { get; } =
        FakeReply.Json(400, """{ "error": "Bad request. X-Forwarded-For header is not allowed" }""");

    public static FakeReply FormatTextNeeded { get; } =
        FakeReply.Json(400, """{ "error": "Bad request. A leaf element requires format=text" }""");

    public static FakeReply Format { get; } =
        FakeReply.Json(400, """{ "error": "Bad request. format is invalid" }""");

    public static FakeReply Body { get; } =
        FakeReply.Json(400, """{ "error": "Bad request. The body of the request is invalid" }""");

    public static FakeReply ElementNotFound { get; } = FakeReply.Json(404, """{ "error": "Not found" }""");

    public static FakeReply MethodNotAllowed { get; } = FakeReply.Json(405, """{ "error": "Method not allowed" }""");

    public static FakeReply NotFound { get; } = new(404, "text/html; charset=us-ascii", Encoding.ASCII.GetBytes(
        """
        <!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
        <HTML><HEAD><TITLE>Not Found</TITLE>
        <META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>
        <BODY><h2>Not Found</h2>
        <hr><p>HTTP Error 404. The requested resource is not found.</p>
        </BODY></HTML>
        """));

    private static FakeReply InvalidRequest(string description) =>
        FakeReply.Json(400, $$"""{"error":"invalid_request","error_description":"{{description}}"}""");
}
