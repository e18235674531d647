using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImdsProxy.WebConsole.Answers;

/// <summary>Sends answers, and reads what the page sends.</summary>
internal static class ConsoleAnswer
{
    // A policy has at most 1 MiB. In JSON, each of its characters can take two.
    private const int MostBytes = 2 << 20;

    public static Task SendAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) => SendAsync(context, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    public static Task RefuseAsync(HttpContext context, int status, string error, string message)
    {
        context.Response.StatusCode = status;
        return SendAsync(context, new ProblemJson(error, message), AnswerJson.Default.ProblemJson);
    }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ConsoleProblem">It is no JSON, or not of this type.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ConsoleProblem(StatusCodes.Status415UnsupportedMediaType, "bad_request", "send application/json");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw Wrong("the body is empty");
        }
        catch (JsonException)
        {
            throw Wrong("the body is no JSON of this request");
        }
    }

    /// <summary>The most bytes of a body.</summary>
    public static int MostBody => MostBytes;

    private static ConsoleProblem Wrong(string message) => new(StatusCodes.Status400BadRequest, "bad_request", message);
}
