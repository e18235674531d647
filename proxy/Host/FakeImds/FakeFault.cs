using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace ImdsProxy.FakeImds;

/// <summary>A fault injected into one response.</summary>
internal sealed record FakeFault
{
    /// <summary>Transforms the response before it is sent.</summary>
    public Func<FakeReply, FakeReply> Change { get; init; } = reply => reply;

    /// <summary>Whether the fake never answers, so that the client has to disconnect.</summary>
    public bool Stalls { get; init; }

    /// <summary>A task to await before answering, or null.</summary>
    public Task? After { get; init; }

    /// <summary>The number of body bytes sent before the connection is closed, or null to send the whole body.</summary>
    public int? CutAfter { get; init; }

    public static FakeFault Stall { get; } = new() { Stalls = true };

    public static FakeFault Gzip { get; } = new() { Change = Compress };

    /// <summary>Closes the connection before the announced <c>Content-Length</c> is reached.</summary>
    public static FakeFault Cut(int afterBytes) => new() { CutAfter = afterBytes };

    /// <summary>Replaces the response, for example with a 410 or 429.</summary>
    public static FakeFault Answer(int status, string json = "{}") => new() { Change = _ => FakeReply.Json(status, json) };

    /// <summary>Sets one member of a JSON response, such as <c>client_id</c> or <c>resource</c>. A null value removes it.</summary>
    public static FakeFault Member(string name, string? value) => new() { Change = reply => WithMember(reply, name, value) };

    /// <summary>Truncates the body and adjusts <c>Content-Length</c> to match.</summary>
    public static FakeFault Truncate(int length) => new() { Change = reply => reply with { Body = reply.Body[..Math.Min(length, reply.Body.Length)] } };

    /// <summary>Pads the body with leading spaces to a size in bytes. The JSON stays equivalent.</summary>
    public static FakeFault Pad(int size) => new() { Change = reply => reply with { Body = Padded(reply.Body, size) } };

    /// <summary>Adds a header, such as <c>Location</c> or <c>Set-Cookie</c>.</summary>
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
