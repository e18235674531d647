using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.FakeImds;

/// <summary>A complete response, ready to send.</summary>
internal sealed record FakeReply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public const string JsonType = "application/json; charset=utf-8";

    /// <summary>Headers beyond <c>Server</c>, <c>Content-Type</c> and <c>Content-Length</c>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static FakeReply Json(string body) => Json(StatusCodes.Status200OK, body);

    public static FakeReply Json(int status, string body) => new(status, JsonType, Encoding.UTF8.GetBytes(body));

    public static FakeReply Text(string body) =>
        new(StatusCodes.Status200OK, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(body));
}
