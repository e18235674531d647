using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Commands.Rollout;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

/// <summary>What each command about demands says when its input is wrong, and that it still answers when only a part of it is.</summary>
public sealed class BadInputTests : IDisposable
{
    // How each command takes a log and a policy.
    private static readonly (string Command, bool TakesPolicy)[] Commands =
    [
        ("suggest LOG --base POLICY", true),
        ("simulate POLICY LOG", true),
        ("status LOG --policy POLICY", true),
        ("plan logging --from LOG --policy POLICY", true),
        ("stats LOG --by demand", false),
    ];

    // A log, its exit code, what is said.
    private static readonly (string Log, int Exit, string Says)[] Logs =
    [
        ("FOREIGN", 2, "nothing can be read. 1 line is not a record and was skipped"),
        ("EMPTY", 2, "nothing can be read. empty.jsonl: the file is empty"),
        ("FOLDER", 2, "nothing can be read. folder: the directory holds no segment of an audit log"),
        ("MISSING", 2, "nothing can be read. missing.jsonl: there is no such file or directory: check the path"),
        ("CLUSTERS", 2, "the records are of several clusters (prod, test), each of which has workloads and identities of its own: read the log of one cluster"),
        ("NEWER", 2, "all 61 records are of a newer version: use a newer imds-proxy"),
        ("STUMP", 2, "stump.jsonl.gz: the gzip data is truncated or damaged"),
        ("POLICY", 2, "'policy.json' holds a policy, not an audit log: write the log in its place"),
        ("CUT", 3, "the answer is partial. cut.jsonl.gz: the gzip data is truncated or damaged; the records before the damage count"),
        ("LOG FOREIGN", 3, "the answer is partial. 1 line is not a record and was skipped"),
        ("LOG MISSING", 3, "the answer is partial. missing.jsonl: there is no such file or directory"),
        ("LOG SOMENEWER", 3, "the answer is partial. 61 records of a newer version could not be judged: use a newer imds-proxy"),
    ];

    // A policy and what is said. None of them lets a command answer.
    private static readonly (string Policy, string Says)[] Policies =
    [
        ("BROKEN", "broken.json:1: "),
        ("BROKEN", "; policy check tells all errors"),
        ("MISSING", "'missing.jsonl': there is no such file or directory: check the path"),
        ("LOG", "'log.jsonl' is an audit log, not a policy"),
        ("FOLDER", "folder': the directory holds no policy"),
    ];

    private readonly DemandLog _log = new();
    private readonly DemandLog _other = new("test");

    public static TheoryData<string, int, string> Cases =>
    [
        .. from command in Commands
           from log in Logs
           select (Command(command.Command, log.Log, "POLICY"), log.Exit, log.Says),
        .. from command in Commands
           where command.TakesPolicy
           from policy in Policies
           select (Command(command.Command, "LOG", policy.Policy), 2, policy.Says),
        .. from command in Commands
           where !command.Command.StartsWith("plan", StringComparison.Ordinal)
           from range in new[] { "--since 2027-01-01T00:00:00Z", "--until 2020-01-01T00:00:00Z" }
           select ($"{command.Command} {range}", 2, "the log has no request in this time range: choose another --since or --until"),
    ];

    [Theory, MemberData(nameof(Cases))]
    public async Task Command_WrongInput_SaysWhatIsWrongAndExits(string arguments, int exit, string says)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        var (ended, output, errors) = await RunAsync(arguments.Split(' '));

        ended.ShouldBe(exit, output + errors);
        errors.ShouldContain(says);
        errors.ShouldStartWith("imds-proxy: ");
        errors.ShouldNotContain("Exception");

        // Nothing is answered from a wrong input, and a partial answer is still one.
        (output.Length > 0).ShouldBe(exit == 3, output);
    }

    public void Dispose()
    {
        _log.Dispose();
        _other.Dispose();
    }

    // Each source of a plan has its own flag.
    private static string Command(string command, string log, string policy)
    {
        var logs = command.Contains("--from", StringComparison.Ordinal) ? log.Replace(" ", " --from ", StringComparison.Ordinal) : log;
        return string.Join(' ', command.Split(' ').Select(word => word switch
        {
            "LOG" => logs,
            "POLICY" => policy,
            _ => word,
        }));
    }

    private Task<(int Exit, string Output, string Errors)> RunAsync(string[] arguments)
    {
        string[] given = [.. arguments.Skip(1).Select(Named)];
        return arguments[0] switch
        {
            "suggest" => _log.RunAsync(PolicySuggestCommand.Create(), given),
            "simulate" => _log.RunAsync(PolicySimulateCommand.Create(), given),
            "stats" => _log.RunAsync(AuditStatsCommand.Create(), given),
            _ => _log.RunAsync(RolloutCommand.Create(), [arguments[0], .. given]),
        };
    }

    private string Named(string word) => word switch
    {
        "LOG" => _log.WriteLog(),
        "POLICY" => _log.Write("policy.json", DemandLog.Policy),
        "BROKEN" => _log.Write("broken.json", """{ "version": 1, "mode": "audit", "rules": [ { "name": "x", "wrkloads": [ {} ] } ] }"""),
        "FOREIGN" => _log.Write("foreign.jsonl", "hello\n"),
        "EMPTY" => _log.Write("empty.jsonl", ""),
        "FOLDER" => Directory.CreateDirectory(_log.At("folder")).FullName,
        "MISSING" => _log.At("missing.jsonl"),
        "CLUSTERS" => _log.Write("clusters.jsonl", _log.Text + _other.Text),
        "NEWER" => _log.Write("newer.jsonl", _log.Text.Replace("\"no-rule\"", "\"quantum\"", StringComparison.Ordinal)),
        "SOMENEWER" => _log.Write("newer.jsonl", _log.Text.Replace("\"no-rule\"", "\"quantum\"", StringComparison.Ordinal)),
        "CUT" => _log.WriteCompressed("cut.jsonl.gz", _log.Text, without: 200),
        "STUMP" => Stump(),
        _ => word,
    };

    // Only the header of the compressed file is left.
    private string Stump()
    {
        var path = _log.WriteCompressed("stump.jsonl.gz", _log.Text);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..12]);
        return path;
    }
}
