using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Management;

public sealed class ManagementSocketTests
{
    [Theory]
    [InlineData("/livez")]
    [InlineData("/metrics")]
    [InlineData("/callers")]
    public async Task AnyPath_OverTheUnixSocket_IsOpen(string path)
    {
        await using var site = await ManagementSite.StartUnixAsync();

        (await GetAsync(site.SocketFile, path)).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task SocketFile_WhileListening_IsAccessibleToItsUserOnly()
    {
        await using var site = await ManagementSite.StartUnixAsync();

        File.GetUnixFileMode(site.SocketFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task SocketFile_AfterTheEnd_IsDeleted()
    {
        await using var site = await ManagementSite.StartUnixAsync();

        await site.StopAsync();

        File.Exists(site.SocketFile).ShouldBeFalse();
    }

    [Fact]
    public async Task SocketFile_OfADeadProcess_IsReplaced()
    {
        await using var site = new ManagementSite();
        LeaveStale(site.SocketFile);
        File.Exists(site.SocketFile).ShouldBeTrue();

        await site.StartAsync(new UnixDomainSocketEndPoint(site.SocketFile));

        (await GetAsync(site.SocketFile, "/livez")).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task SocketFile_OfARunningProcess_IsLeftAlone()
    {
        await using var site = await ManagementSite.StartUnixAsync();
        await using var second = new ManagementSite();

        var error = await Should.ThrowAsync<IOException>(() => second.StartAsync(site.Listener.Management));

        error.Message.ShouldContain("another process");
        (await GetAsync(site.SocketFile, "/livez")).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task File_ThatIsNotASocket_IsLeftAlone()
    {
        await using var site = new ManagementSite();
        await File.WriteAllTextAsync(site.SocketFile, "precious");

        var error = await Should.ThrowAsync<IOException>(() => site.StartAsync(new UnixDomainSocketEndPoint(site.SocketFile)));

        error.Message.ShouldContain("is not a socket");
        (await File.ReadAllTextAsync(site.SocketFile)).ShouldBe("precious");
    }

    // A killed process leaves its socket's file behind. .NET deletes the file when it closes the socket, so the file is moved away first.
    private static void LeaveStale(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + ".first"));
        File.Move(path + ".first", path);
    }

    private static async Task<string> GetAsync(string path, string target)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: whatever\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
