using System.Text;
using ImdsProxy.Doctor.Surroundings;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>How the doctor finds out where it is, and with which settings.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "--port", "--audit-dir", "--host-pods" };

    private readonly FakeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("/app/imds-proxy serve --port=1", "serve")]
    [InlineData("/app/imds-proxy redirect watch", "redirect")]
    [InlineData("dotnet /src/imds-proxy.dll serve", "serve")]
    [InlineData("/sbin/init splash", null)]
    [InlineData("/app/imds-proxy", null)]
    [InlineData("/bin/sh -c imds-proxy serve", null)]
    [InlineData("", null)]
    public void MainProcess_OfACommandLine_IsRecognised(string line, string? command) =>
        MainProcess.Parse(Encoding.UTF8.GetBytes(line.Replace(' ', '\0') + "\0"))?.Command.ShouldBe(command);

    [Theory]
    [InlineData("", "")]
    [InlineData("--port=1 --policy=x --audit-dir /log", "--port=1 --audit-dir /log")]
    [InlineData("watch --host-pods --port 5", "--host-pods --port 5")]
    [InlineData("--host-pods", "--host-pods")]
    public void Settings_OfTheMainProcess_AreThoseThatDoctorHas(string arguments, string expected) =>
        string.Join(' ', new MainProcess("serve", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Settings(Known, new HashSet<string>(StringComparer.Ordinal))).ShouldBe(expected);

    [Fact]
    public void Settings_GivenToDoctorItself_Win() =>
        new MainProcess("serve", ["--port=1", "--audit-dir=/log"]).Settings(Known, new HashSet<string>(StringComparer.Ordinal) { "--port" }).ShouldBe(["--audit-dir=/log"]);

    [Theory]
    [InlineData("auto", "serve", false, "in the container proxy, on the node's network")]
    [InlineData("auto", "redirect", false, "in the container redirect, on the node's network")]
    [InlineData("auto", null, true, "on the node's network")]
    [InlineData("auto", null, false, "in an ordinary pod")]
    [InlineData("auto", "doctor", false, "in an ordinary pod")]
    [InlineData("node", null, false, "on the node's network")]
    [InlineData("pod", null, true, "in an ordinary pod")]
    public void Place_ByMainProcessAndNetworkCard_IsFound(string network, string? command, bool hasCard, string place)
    {
        _files.With(hasCard ? "/sys/class/net/eth0/device" : "/sys/class/net/eth0", "/sys/class/net/lo");

        Place.Of(network, command is null ? null : new MainProcess(command, []), _files.Host).ToString().ShouldBe(place);
    }
}
