using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace ImdsProxy.FakeImds;

/// <summary>Something that goes wrong with one answer.</summary>
internal sealed record FakeFault
{
    /// <summary>What the answer becomes.</summary>
    public Func<FakeReply, FakeReply> Change { get; init; } = reply => reply;

    /// <summary>Never answers; the caller must hang up.</summary>
    public bool Stalls { get; init; }

    /// <summary>Is waited for before the answer.</summary>
    public Task? After { get; init; }

    /// <summary>After how many bytes of its body the connection is closed, or null for never.</summary>
    public int? CutAfter { get; init; }

    public static FakeFault Stall { get; } = new() { Stalls = true };

    public static FakeFault Gzip { get; } = new() { Change = Compress };

    /// <summary>The connection ends within a body whose full length was announced.</summary>
    public static FakeFault Cut(int afterBytes) => new() { CutAfter = afterBytes };

    /// <summary>Another answer altogether, such as 410 or 429.</summary>
    public static FakeFault Answer(int status, string json = "{}") => new() { Change = _ => FakeReply.Json(status, json) };

    /// <summary>One member of a JSON answer has another value, such as <c>client_id</c> or <c>resource</c>; null removes it.</summary>
    public static FakeFault Member(string name, string? value) => new() { Change = reply => WithMember(reply, name, value) };

    /// <summary>The body ends early, and <c>Content-Length</c> says the same.</summary>
    public static FakeFault Truncate(int length) => new() { Change = reply => reply with { Body = reply.Body[..Math.Min(length, reply.Body.Length)] } };

    /// <summary>White space before the body, up to a size in bytes: still the same JSON.</summary>
    public static FakeFault Pad(int size) => new() { Change = reply => reply with { Body = Padded(reply.Body, size) } };

    /// <summary>One more header, such as <c>Location</c> or <c>Set-Cookie</c>.</summary>
    public static FakeFault Header(string name, string value) => new() { Change = reply => reply with { Headers = reply.Headers.Add(new(name, value)) } };

    private static FakeReply WithMember(FakeReply reply, string name, string? value)
    {
        var answer = JsonNode.Parse(reply.Body.Span)!.AsObject();
        answer.Remove(name);
        if (value is not null)
        {
            answer.Add(name, value);
        }

        return reply with { Body = Encoding.UTF8.GetBytes(answer.ToJsonString()) };
    }

    private static byte[] Padded(ReadOnlyMemory<byte> body, int size)
    {
        var padded = new byte[Math.Max(size, body.Length)];
        padded.AsSpan().Fill((byte)' ');
        body.CopyTo(padded.AsMemory(padded.Length - body.Length));
        return padded;
    }

    private static FakeReply Compress(FakeReply reply)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(reply.Body.Span);
        }

        return reply with { Body = buffer.ToArray(), Headers = reply.Headers.Add(new("Content-Encoding", "gzip")) };
    }
}
