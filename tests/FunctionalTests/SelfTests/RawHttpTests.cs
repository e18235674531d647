using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.SelfTests;

public sealed class RawHttpTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", 200, "abc", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", 200, "abc", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", 200, "abc", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", 200, "a", false)]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\nabc", 404, "abc", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "", true)]
    public async Task Answer_InEachFraming_IsReadWhole(string bytes, int status, string body, bool complete)
    {
        var answer = await AnswerAsync(bytes);
        answer.ShouldNotBeNull();
        answer.Status.ShouldBe(status);
        answer.Text.ShouldBe(body);
        answer.Complete.ShouldBe(complete);
    }

    [Fact]
    public async Task Server_ThatClosesSilently_GivesNoAnswer() => (await AnswerAsync("")).ShouldBeNull();

    [Fact]
    public async Task Connection_FromASourceAddress_ComesFromItAndSendsTheBytesGiven()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var connection = await RawConnection.ConnectAsync((IPEndPoint)listener.LocalEndpoint, IPAddress.Parse("127.0.0.11"));
        using var accepted = await listener.AcceptSocketAsync();
        await using var received = new NetworkStream(accepted);
        ((IPEndPoint)accepted.RemoteEndPoint!).Address.ShouldBe(IPAddress.Parse("127.0.0.11"));
        await connection.SendAsync(new RawRequest("get", "/a\\b\u00e9") { Headers = [new("X", "1"), new("X", "2")], Version = "HTTP/1.0" });
        accepted.Shutdown(SocketShutdown.Send);
        (await connection.ClosesAsync()).ShouldBeTrue();
        await connection.DisposeAsync();
        using var reader = new StreamReader(received, Encoding.Latin1);
        (await reader.ReadToEndAsync()).ShouldBe("get /a\\b\u00e9 HTTP/1.0\r\nX: 1\r\nX: 2\r\n\r\n");
    }

    private static async Task<RawResponse?> AnswerAsync(string bytes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var connection = await RawConnection.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptSocketAsync();
        await accepted.SendAsync(Encoding.Latin1.GetBytes(bytes));
        accepted.Shutdown(SocketShutdown.Send);
        return await connection.ReadAsync();
    }
}
