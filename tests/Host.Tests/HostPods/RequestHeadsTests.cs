using System.Text;
using ImdsProxy.HostPods;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>The observer of the node's bytes finds each request's head, however the bytes are cut, and gives up where it must.</summary>
public sealed class RequestHeadsTests
{
    private const string Lost = "lost";

    public static TheoryData<string, string[]> Streams => new()
    {
        { "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", ["GET /a"] },
        { "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.0\r\nMetadata: true\r\n\r\n", ["GET /a", "GET /b"] },
        { "\r\n\r\nGET /a HTTP/1.1\r\n\r\n", ["GET /a"] },
        { "GET /a HTTP/1.1\nHost: x\n\nGET /b HTTP/1.1\n\n", ["GET /a", "GET /b"] },
        { "GET /metadata/instance?x=%3F&y=%2f HTTP/1.1\r\n\r\n", ["GET /metadata/instance?x=%3F&y=%2f"] },
        { "POST /a HTTP/1.1\r\nContent-Length: 19\r\n\r\nGET /no HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["POST /a", "GET /b"] },
        { "POST /a HTTP/1.1\r\ncontent-length:2\r\n\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["POST /a", "GET /b"] },
        { "GET /a HTTP/1.1\r\nbroken header\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["GET /a", "GET /b"] },
        { "GET /a HTTP/1.1\r\nHost: x\r\n", [] },

        { "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["POST /a", Lost] },
        { "POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n..GET /b HTTP/1.1\r\n\r\n", ["POST /a", Lost] },
        { "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["POST /a", Lost] },
        { "POST /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["POST /a", Lost] },
        { "GET /a HTTP/1.1\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\n", ["GET /a", Lost] },
        { "CONNECT a:1 HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ["CONNECT a:1", Lost] },
        { "hello\r\n\r\nGET /b HTTP/1.1\r\n\r\n", [Lost] },
        { "GET  /a HTTP/1.1\r\n\r\n", [Lost] },
        { "GET /a HTTP/2\r\n\r\n", [Lost] },
        { $"GET /{new string('a', RequestHeads.MaxHead)} HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", [Lost] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Take_Stream_FindsItsHeadsHoweverItIsCut(string stream, string[] expected)
    {
        foreach (var size in new[] { 1, 2, 3, 7, 1024, 1 << 20 })
        {
            string.Join(" | ", Heads(stream, size)).ShouldBe(string.Join(" | ", expected), $"in pieces of {size}");
        }
    }

    [Fact]
    public void Take_Head_KeepsItsHeaders()
    {
        RequestHead? found = null;
        new RequestHeads(head => found = head).Take("GET /a HTTP/1.1\r\nUser-Agent: kubelet/v1.34 \r\nmetadata: True\r\nMetadata: x\r\n\r\n"u8);
        found.ShouldNotBeNull().First("user-agent").ShouldBe("kubelet/v1.34");
        (found.Count("Metadata"), found.First("Metadata"), found.First("none")).ShouldBe((2, "True", null));
    }

    private static List<string> Heads(string stream, int size)
    {
        var found = new List<string>();
        var heads = new RequestHeads(head => found.Add(ReferenceEquals(head, RequestHead.Lost) ? Lost : $"{head.Method} {head.Target}"));
        foreach (var piece in Encoding.Latin1.GetBytes(stream).Chunk(size))
        {
            heads.Take(piece);
        }

        return found;
    }
}
