using System.Globalization;

namespace ImdsProxy.Deny;

/// <summary>Sends an answer that the proxy itself created.</summary>
internal static class AnswerWriter
{
    public const string RequestIdHeader = "x-imds-proxy-request-id";

    public static async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;

        // The forwarder may already have set the headers of IMDS's answer. The Connection header comes from the listener and stays.
        var connection = response.Headers.Connection;
        response.Clear();
        response.Headers.Connection = connection;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.ContentLength = answer.Body.Length;
        response.Headers[RequestIdHeader] = context.TraceIdentifier;
        if (answer.IsOfImds)
        {
            // Only this header makes MSAL recognize an answer as coming from IMDS.
            response.Headers.Server = "IMDS";
        }

        if (answer.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // Written directly into the connection's buffer. An answer is small, so a slow reader delays nothing for long.
        var output = response.BodyWriter;
        answer.Body.Span.CopyTo(output.GetSpan(answer.Body.Length));
        output.Advance(answer.Body.Length);
        await output.FlushAsync();
    }
}
