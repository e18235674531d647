namespace ImdsProxy.Forward;

/// <summary>Sends IMDS's answer to a credential request on, as it came.</summary>
internal static class CredentialWriter
{
    public static async Task WriteAsync(HttpContext context, CredentialResponse answer)
    {
        context.Response.StatusCode = answer.UpstreamStatus!.Value;
        foreach (var header in answer.Headers)
        {
            context.Response.Headers[header.Key] = header.Value;
        }

        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}
