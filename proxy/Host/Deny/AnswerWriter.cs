using System.Globalization;

namespace ImdsProxy.Deny;

/// <summary>Sends an answer of the proxy's own.</summary>
internal static class AnswerWriter
{
    public const string RequestIdHeader = "x-imds-proxy-request-id";

    public static async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;

        // A forwarder may have put IMDS's head there already. What is said of the connection is the listener's, and stays.
        var connection = response.Headers.Connection;
        response.Clear();
        response.Headers.Connection = connection;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.ContentLength = answer.Body.Length;
        response.Headers[RequestIdHeader] = context.TraceIdentifier;
        if (answer.IsOfImds)
        {
            // MSAL takes an answer for one of IMDS only if this names it.
            response.Headers.Server = "IMDS";
        }

        if (answer.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // Straight into the connection's own buffer. Nothing waits long for a caller that reads slowly: an answer is small.
        var output = response.BodyWriter;
        answer.Body.Span.CopyTo(output.GetSpan(answer.Body.Length));
        output.Advance(answer.Body.Length);
        await output.FlushAsync();
    }
}
