using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Verify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed partial class AuditVerifierTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Verify_TwoUnalteredChains_FindsNothing()
    {
        await _directory.WriteAsync(10);
        await _directory.WriteAsync(10);

        var report = new AuditVerifier().Verify(_directory.Path);

        report.Problems.ShouldBeEmpty();
        report.Chains.ShouldBe(2);
        report.Records.ShouldBe(22);
        report.CheckpointsMatched.ShouldBe(1);
    }

    // The log is verified while its process keeps writing: segments are started, compressed and removed.
    [Fact]
    public async Task Verify_WhileTheLogIsWritten_FindsNothing()
    {
        const int times = 40;
        const int recordsEach = 20;
        await using var log = _directory.Open(options => options with { SegmentBytes = 4_000, MaxBytes = 40_000, KeepInterval = TimeSpan.FromMilliseconds(1) });
        await log.WriteAsync(Records.Allowed("first"));
        for (var n = 0; n < times; n++)
        {
            var writing = Task.Run(async () =>
            {
                for (var i = 0; i < recordsEach; i++)
                {
                    await log.WriteAsync(Records.Allowed($"r{n}-{i}"));
                }
            });

            new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
            await writing;
        }

        // Some segments were removed, or are being removed.
        await LogDirectory.UntilAsync(() => SegmentEntry.ReadAll(_directory.Path)[0].Name.Number > 1);
    }

    // A segment that is listed again and again but cannot be opened was not removed by retention.
    [Fact]
    public async Task Verify_ListedSegmentThatIsMissing_Fails()
    {
        await _directory.WriteAsync(3);
        var segment = _directory.Segments.Single();
        File.Delete(segment);
        File.CreateSymbolicLink(segment, "/nonexistent");

        Should.Throw<FileNotFoundException>(() => new AuditVerifier().Verify(_directory.Path));
    }

    public static TheoryData<string, Func<List<string>, List<string>>, string> Edits => new()
    {
        { "edited", lines => Change(lines, 5, line => line.Replace("\"allowed\"", "\"denied\"", StringComparison.Ordinal)), ":6: seq 6 was edited" },
        { "removed", lines => [.. lines[..5], .. lines[6..]], ":6: seq 6 to 6 are missing before this line" },
        { "swapped", lines => [.. lines[..5], lines[6], lines[5], .. lines[7..]], "seq 6 comes after seq 7" },
        { "duplicated", lines => [.. lines[..5], lines[4], .. lines[5..]], "seq 5 comes after seq 5" },
        { "no record", lines => Change(lines, 5, _ => "{\"kind\":\"request\",\"kind\":"), ":6: this line is not a record" },
        { "renumbered", lines => Change(lines, 5, line => line.Replace("\"seq\":6,", "\"seq\":60,", StringComparison.Ordinal)), "are missing before this line" },
        { "cut", lines => lines[..8], "the end of the chain is missing" },
        { "beginning removed", lines => lines[3..], ":1: seq 1 to 3 are missing before this line" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Verify_TamperedLog_NamesThePlace(string what, Func<List<string>, List<string>> edit, string where)
    {
        await _directory.WriteAsync(10);
        await _directory.WriteAsync(1);
        var segment = _directory.Segments.Single(file => File.ReadLines(file).Count() == 11);
        await File.WriteAllTextAsync(segment, string.Join('\n', edit([.. await File.ReadAllLinesAsync(segment)])) + "\n");

        var problems = new AuditVerifier().Verify(_directory.Path).Problems;

        problems.ShouldContain(problem => problem.Contains(where, StringComparison.Ordinal), what);
    }

    [Fact]
    public async Task Verify_ChainRemoved_IsReported()
    {
        await _directory.WriteAsync(3);
        var first = _directory.Segments.Single();
        await _directory.WriteAsync(3);
        File.Delete(first);

        new AuditVerifier().Verify(_directory.Path).Problems.ShouldHaveSingleItem().ShouldContain("its whole chain is missing");
    }

    [Fact]
    public async Task Verify_WholeLogRewritten_IsFoundOnlyWithCheckpoints()
    {
        await _directory.WriteAsync(10);
        Rewrite(_directory.Segments.Single());

        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
        WithCheckpoints().Problems.ShouldHaveSingleItem().ShouldContain("rewritten");
    }

    [Fact]
    public async Task Verify_TailTruncated_IsFoundOnlyWithCheckpoints()
    {
        await _directory.WriteAsync(10);
        var segment = _directory.Segments.Single();
        await File.WriteAllLinesAsync(segment, (await File.ReadAllLinesAsync(segment))[..8]);

        new AuditVerifier().Verify(_directory.Path).Problems.ShouldBeEmpty();
        WithCheckpoints().Problems.ShouldHaveSingleItem().ShouldContain("ends at seq 8, but the checkpoint of");
    }

    [Fact]
    public async Task Verify_LogRemoved_IsFoundWithCheckpoints()
    {
        await _directory.WriteAsync(10);
        File.Delete(_directory.Segments.Single());

        WithCheckpoints().Problems.ShouldHaveSingleItem().ShouldContain("whole chain is missing");
    }

    [Fact]
    public async Task Verify_UnalteredLogWithCheckpoints_Matches()
    {
        await _directory.WriteAsync(10);

        var report = WithCheckpoints();

        report.Problems.ShouldBeEmpty();
        report.CheckpointsMatched.ShouldBe(1);
    }

    [Fact]
    public async Task Verify_TornLastLine_IsNoProblemAndTheNextStartContinues()
    {
        await _directory.WriteAsync(3);
        await File.AppendAllTextAsync(_directory.Segments.Single(), "{\"ts\":\"2026-");
        await _directory.WriteAsync(3);

        var report = new AuditVerifier().Verify(_directory.Path);

        report.Problems.ShouldBeEmpty();
        report.Notes.ShouldHaveSingleItem().ShouldContain("torn line");
    }

    private ChainReport WithCheckpoints()
    {
        var verifier = new AuditVerifier();
        using var lines = new StringReader("2026-11-21T04:30:00Z stdout F " + _directory.Stdout.Text);
        verifier.AddCheckpoints(lines);
        return verifier.Verify(_directory.Path);
    }

    private static List<string> Change(List<string> lines, int at, Func<string, string> change)
    {
        lines[at] = change(lines[at]);
        return lines;
    }

    // What root on the node can do: change the content and recompute all hashes.
    private static void Rewrite(string segment)
    {
        var prev = new string('0', 64);
        List<string> lines = [];
        foreach (var line in File.ReadAllLines(segment))
        {
            var rewritten = Prev().Replace(line, $"\"prev\":\"{prev}\"").Replace("/metadata/instance", "/metadata/elsewhere", StringComparison.Ordinal);
            prev = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rewritten)));
            lines.Add(rewritten);
        }

        File.WriteAllLines(segment, lines);
    }

    [GeneratedRegex("\"prev\":\"[0-9a-f]{64}\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prev();
}
