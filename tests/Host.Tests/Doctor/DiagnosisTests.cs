using System.Text.Json.Nodes;
using ImdsProxy.Doctor.Findings;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The report of the doctor, for people and for scripts.</summary>
public sealed class DiagnosisTests
{
    private static readonly Diagnosis Sample = new("0.1.0", "on the node's network",
    [
        new Checked("The redirect", "rules", Finding.Broken("Rules are missing.", "Apply them.") with { Details = [.. Enumerable.Range(1, 8).Select(i => $"missing: {i}")] }),
        new Checked("The redirect", "backend", Finding.Good("The node uses iptables nft.")),
        new Checked("IMDS", "clock", Finding.Warning("The clock is 11 s ahead.", "Set it.")),
        new Checked("IMDS", "imds", Finding.NotApplicable("Not here.")),
    ]);

    [Fact]
    public void Text_OfADiagnosis_HasOneSentenceAndTheCure() => DiagnosisText.Of(Sample).ShouldBe(
        """
        imds-proxy 0.1.0, run on the node's network

        The redirect
          ✗ rules: Rules are missing.
              missing: 1
              missing: 2
              missing: 3
              missing: 4
              missing: 5
              missing: 6
              … and 2 more; -o json lists all
            → Apply them.
          ✓ backend: The node uses iptables nft.

        IMDS
          ! clock: The clock is 11 s ahead.
            → Set it.
          - imds: Not here.

        1 good, 1 to look at (!), 1 broken (✗), 1 not applicable here (-)

        """);

    [Fact]
    public void Json_OfADiagnosis_HasEveryCheck()
    {
        var json = JsonNode.Parse(DiagnosisJson.Of(Sample))!;

        ((string)json["version"]!).ShouldBe("0.1.0");
        ((bool)json["healthy"]!).ShouldBeFalse();
        json["checks"]!.AsArray().Select(check => $"{check!["group"]}/{check["name"]} {check["state"]} {check["cure"]}".Trim())
            .ShouldBe(["The redirect/rules broken Apply them.", "The redirect/backend good", "IMDS/clock warning Set it.", "IMDS/imds not-applicable"]);
        json["checks"]![0]!["details"]!.AsArray().Count.ShouldBe(8);
        json["checks"]![1]!["details"].ShouldBeNull();
    }

    [Fact]
    public void Diagnosis_WithoutABrokenCheck_IsHealthy() => (Sample with { Checks = Sample.Checks.RemoveAt(0) }).IsHealthy.ShouldBeTrue();

    [Fact]
    public async Task Examiner_WithAFailingAndAHangingCheck_MakesTheOthers()
    {
        var fails = new Scripted(_ => throw new InvalidOperationException("out of luck"));
        var hangs = new Scripted(async cancellation =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return Finding.Good("Never.");
        });
        var works = new Scripted(_ => Task.FromResult(Finding.Good("Fine.")));

        var done = await new Examiner(TimeSpan.FromMilliseconds(50)).RunAsync([new CheckGroup("g", [fails, hangs, works])], CancellationToken.None);

        done.Select(static check => check.Finding.Sentence).ShouldBe(["The check failed: out of luck", "The check did not finish within 0 s.", "Fine."]);
    }

    private sealed class Scripted(Func<CancellationToken, Task<Finding>> run) : ICheck
    {
        public string Name => "scripted";

        public Task<Finding> RunAsync(CancellationToken cancellation) => run(cancellation);
    }
}
