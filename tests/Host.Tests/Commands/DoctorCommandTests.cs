using System.Text.Json.Nodes;
using ImdsProxy.Commands.Doctor;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Doctor.Surroundings;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

/// <summary>The command line of <c>doctor</c>, in a pod's network, where it needs no rights.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("imds-proxy-doctor-command-");

    public void Dispose() => _log.Delete(recursive: true);

    [Fact]
    public async Task Doctor_InAContainer_TakesTheSettingsOfItsMainProcess()
    {
        var (_, report) = await RunAsync(new MainProcess("serve", ["--listen=0.0.0.0:17000", $"--audit-dir={_log.FullName}", "--audit-max-bytes=16MiB", "--event-qps=1", "--unknown=1"]));

        Sentence(report, "audit-directory").ShouldContain(_log.FullName);
        Sentence(report, "audit-space").ShouldContain("of its 16 MiB");
        ((string)report["place"]!).ShouldBe("in an ordinary pod");
    }

    [Fact]
    public async Task Doctor_WithItsOwnFlag_PrefersIt()
    {
        var missing = Path.Combine(_log.FullName, "missing");

        var (code, report) = await RunAsync(new MainProcess("serve", [$"--audit-dir={_log.FullName}"]), "--audit-dir", missing);

        State(report, "audit-directory").ShouldBe("broken");
        code.ShouldBe(ExitCode.Failed);
        ((bool)report["healthy"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Doctor_WithoutAMainProcess_SaysWhereTheOtherChecksAreMade()
    {
        var (_, report) = await RunAsync(null);

        Sentence(report, "backend").ShouldBe("An ordinary pod can't see the node's rules.");
        Sentence(report, "rbac").ShouldContain("run doctor in the container proxy");
    }

    private static async Task<(int Code, JsonNode Report)> RunAsync(MainProcess? main, params string[] flags)
    {
        var doctor = new DoctorFlags();
        var command = new System.CommandLine.Command("doctor");
        doctor.AddTo(command);
        var output = new StringWriter();
        var parsed = command.Parse(["--network=pod", "-o", "json", .. flags]);
        parsed.Errors.ShouldBeEmpty();
        var code = await DoctorCommand.RunAsync(doctor, command, parsed, main, output, CancellationToken.None);
        return (code, JsonNode.Parse(output.ToString())!);
    }

    private static string Sentence(JsonNode report, string check) => (string)Of(report, check)["sentence"]!;

    private static string State(JsonNode report, string check) => (string)Of(report, check)["state"]!;

    private static JsonNode Of(JsonNode report, string check) => report["checks"]!.AsArray().Single(one => (string?)one!["name"] == check)!;
}
