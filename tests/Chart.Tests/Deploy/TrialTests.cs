using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests.Deploy;

/// <summary>The trial on AKS, against stand-ins of az, kubectl and helm. It was never run against Azure.</summary>
public sealed class TrialTests : IDisposable
{
    private const string Delete = "az group delete --name trial-7 --yes";

    private static readonly string[] Images = ["--proxy-image", "r.example/imds-proxy", "--redirect-image", "r.example/imds-proxy-redirect"];
    private static readonly string[] Flags = [.. Images, "--name", "trial-7", "--yes"];

    private readonly DeployStubs _stubs = new();

    private bool GroupIsThere => File.Exists(_stubs.At("group"));

    private string Report => File.ReadAllText(_stubs.At("aks-trial-report.txt"));

    public void Dispose() => _stubs.Dispose();

    [Fact]
    public async Task Trial_ThatGoesWell_ReportsAndDeletesEverything()
    {
        var (code, output) = await RunAsync([], Flags);

        code.ShouldBe(0, output);
        output.ShouldContain("Deleted.");
        GroupIsThere.ShouldBeFalse();
        _stubs.Calls[^2].ShouldBe(Delete);
        Report.ShouldNotContain("FAIL");
        Report.Split('\n').Count(static line => line.StartsWith("PASS  ", StringComparison.Ordinal)).ShouldBeGreaterThan(25);
        Report.ShouldNotContain("11111111-2222", customMessage: "ids stay here");
    }

    // Whatever fails, the group goes, and the exit code says so.
    [Theory]
    [InlineData("az group create", "FAIL  create the resource group", 1)]
    [InlineData("az identity create", "FAIL  create the managed identity", 2)]
    [InlineData("az aks create", "FAIL  create the cluster", 3)]
    [InlineData("az vmss identity assign", "FAIL  give the nodes the identity", 5)]
    [InlineData("kubectl wait", "FAIL  start the pods of the journey", 7)]
    [InlineData("helm install", "FAIL  install the chart", 9)]
    [InlineData("helm test", "FAIL  helm test", 27)]
    [InlineData("proxy -- /app/imds-proxy doctor", "FAIL  doctor in pod/imds-proxy-a, container proxy", 27)]
    [InlineData("audit verify", "FAIL  the audit log of pod/imds-proxy-a is whole", 27)]
    [InlineData("helm uninstall", "FAIL  uninstall", 26)]
    public async Task Trial_WithAFailure_DeletesEverythingAndFails(string fail, string line, int stepsAtLeast)
    {
        var (code, output) = await RunAsync([$"STUB_FAIL={fail}"], Flags);

        code.ShouldBe(1, output);
        Report.ShouldContain(line);
        Report.Split('\n').Count(static step => step.StartsWith("PASS  ", StringComparison.Ordinal) || step.StartsWith("FAIL  ", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(stepsAtLeast);
        GroupIsThere.ShouldBeFalse();
        output.ShouldNotContain("NOT DELETED");
    }

    [Fact]
    public async Task Trial_OfAProxyThatLetsEverythingThrough_Fails()
    {
        var (code, output) = await RunAsync(["STUB_OPEN=1"], Flags);

        code.ShouldBe(1, output);
        Report.ShouldContain("FAIL  the other pod gets no token");
        Report.ShouldContain("expected status 403, and got: HTTP/1.1 200 x");
        GroupIsThere.ShouldBeFalse();
    }

    [Fact]
    public async Task Trial_ThatCannotDelete_SaysHow()
    {
        var (code, output) = await RunAsync(["STUB_FAIL=az group delete"], Flags);

        code.ShouldBe(1, output);
        output.ShouldContain($"NOT DELETED, and it costs money: {Delete}");
    }

    [Theory]
    [InlineData("trial-7\n", 0, true)]
    [InlineData("yes\n", 1, false)]
    [InlineData("", 1, false)]
    public async Task Trial_AsksBeforeItCreates(string answer, int expected, bool creates)
    {
        var (code, output) = await _stubs.RunAsync("aks-trial.sh", answer, [], [.. Images, "--name", "trial-7"]);

        code.ShouldBe(expected, output);
        output.ShouldContain("resource group  trial-7");
        _stubs.Calls.Any(static call => call.Contains(" create", StringComparison.Ordinal)).ShouldBe(creates);
    }

    [Fact]
    public async Task Trial_WhoseGroupExists_TouchesNothing()
    {
        await File.WriteAllTextAsync(_stubs.At("group"), "");

        var (code, output) = await RunAsync([], Flags);

        code.ShouldBe(2, output);
        GroupIsThere.ShouldBeTrue();
        _stubs.Calls.ShouldBe(["az account show --query name --output tsv", "az group exists --name trial-7"]);
    }

    [Fact]
    public async Task Trial_ToBeKept_DeletesNothing()
    {
        var (code, output) = await RunAsync([], [.. Flags, "--keep"]);

        code.ShouldBe(0, output);
        output.ShouldContain($"Kept. Delete it with: {Delete}");
        GroupIsThere.ShouldBeTrue();
    }

    [Theory]
    [InlineData("give --proxy-image and --redirect-image")]
    [InlineData("unknown flag", "--proxy-images", "x")]
    [InlineData("its value is missing", "--proxy-image")]
    [InlineData("write overlay, cilium or kubenet", "--proxy-image", "x", "--redirect-image", "y", "--network", "calico")]
    public async Task Trial_WithWrongFlags_SaysSo(string why, params string[] flags)
    {
        var (code, output) = await RunAsync([], flags);

        code.ShouldBe(2);
        output.ShouldContain(why);
        _stubs.Calls.ShouldBeEmpty();
    }

    private Task<(int Code, string Output)> RunAsync(string[] environment, string[] flags) => _stubs.RunAsync("aks-trial.sh", "", environment, flags);
}
