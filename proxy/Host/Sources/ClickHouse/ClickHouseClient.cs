using System.Text;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Sources.ClickHouse;

/// <summary>Runs statements over ClickHouse's HTTP interface.</summary>
/// <param name="server">The server's address.</param>
/// <param name="user">The user, or null for the server's default.</param>
/// <param name="password">The user's password, or null.</param>
internal sealed class ClickHouseClient(Uri server, string? user, string? password)
{
    private const int MostOfAMessage = 600;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // After the status has been sent, ClickHouse can report an error only as text behind the rows.
    private static readonly byte[] ErrorMark = [.. "DB::Exception: "u8];

    /// <summary>Runs a statement that returns lines.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="take">Receives each line.</param>
    /// <param name="flush">Is called when the lines so far can be shown.</param>
    /// <param name="cancellation">Ends the statement.</param>
    /// <exception cref="HttpRequestException">The server does not answer, or it refuses or fails.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task EachAsync(string statement, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, server) { Content = new StringContent(statement, Encoding.ASCII, "text/plain") };
        AddHeader(request, "X-ClickHouse-User", user);
        AddHeader(request, "X-ClickHouse-Key", password);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"ClickHouse at {server} answered {(int)response.StatusCode}: {await MessageAsync(body, cancellation)}");
        }

        await LineStream.ReadAsync(body, line => IsError(line.Span) ? throw Failed(line.Span) : take(line), flush, cancellation);
    }

    private static void AddHeader(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.Add(name, value);
        }
    }

    // A record is JSON, and a row of counts is a JSON array.
    private static bool IsError(ReadOnlySpan<byte> line) => !line.StartsWith("{"u8) && !line.StartsWith("["u8) && line.IndexOf(ErrorMark) >= 0;

    private HttpRequestException Failed(ReadOnlySpan<byte> line) => new($"ClickHouse at {server} failed before its answer was complete: {Shown(line)}");

    private static async Task<string> MessageAsync(Stream body, CancellationToken cancellation)
    {
        var bytes = new byte[MostOfAMessage];
        return Shown(bytes.AsSpan(0, await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation)));
    }

    private static string Shown(ReadOnlySpan<byte> message) =>
        AuditColumn.Printable(Encoding.UTF8.GetString(message[..Math.Min(message.Length, MostOfAMessage)]).Trim());
}
