using System.Diagnostics;
using System.Globalization;
using ImdsProxy.LoadTests.Measuring;

namespace ImdsProxy.LoadTests.Proofs;

/// <summary>
/// <c>proofs [PROGRAM [ROUNDS]]</c>: measures the commands that prove something about large policies, and about policies made to be hard. Each
/// run is a process of its own, with its reading of the policies. The median times and the highest memory count.
/// Targets hold for processor time, which other work on the machine affects least.
/// </summary>
internal static class ProofSpeed
{
    private const string Tests = """
        {"version":1,"never":[
         {"name":"guarded","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"allow":[{"identities":["guarded"]}]},
         {"name":"certificates","workloads":[{}],"allow":[{"path":"/metadata/identity/issuecredential"}]},
         {"name":"events","workloads":[{}],"allow":[{"path":"/metadata/scheduledevents","methods":["POST"]}]}]}
        """;

    // Name, arguments, and the target in seconds. A hard policy must end, whatever the answer.
    private static readonly (string Name, string Arguments, double Target)[] Cases =
    [
        ("`diff` of 1,000 rules, 10 of them changed", "policy diff 1000 1000-ten", 1),
        ("`diff` of 1,000 rules, 500 of them changed", "policy diff 1000 1000-half", 1),
        ("`diff` of 1,000 rules, one rule for every pod changed", "policy diff 1000 1000-broad", 60),
        ("`diff` of 10,000 rules, 10 of them changed", "policy diff 10000 10000-ten", 5),
        ("`diff` of 10,000 rules, 5,000 of them changed", "policy diff 10000 10000-half", 60),
        ("`diff` of 10,000 rules, one rule for every pod changed", "policy diff 10000 10000-broad", 60),
        ("`who-can --identity` of 10,000 rules", "policy who-can 10000 --identity guarded", 5),
        ("`what-can` of 10,000 rules", "policy what-can 10000 team-1/app-1", 5),
        ("`test` of 10,000 rules, three `never`", "policy test 10000 tests", 5),
        ("`check` of 1,000 rules", "policy check 1000", 5),
        ("`check` of 10,000 rules", "policy check 10000", 60),
        ("`diff` of 10,000 rules with overlapping `*`", "policy diff suffixes suffixes-changed", 60),
        ("`check` of 10,000 rules with overlapping `*`", "policy check suffixes", 60),
        ("`test` of 10,000 rules with overlapping `*`", "policy test suffixes tests", 60),
        ("`diff` of 1,000 rules with 120 labels", "policy diff labels labels-changed", 60),
        ("`check` of 1,000 rules with 120 labels", "policy check labels", 60),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var program = Path.GetFullPath(args is [var path, ..] ? path : Path.Combine("artifacts", "publish", "imds-proxy"));
        var rounds = args is [_, var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 5;
        var folder = Directory.CreateTempSubdirectory("imds-proxy-proofs-").FullName;
        try
        {
            Write(folder);
            var failed = 0;
            await Console.Out.WriteLineAsync("| | processor seconds | seconds | memory | exit code |\n|---|---|---|---|---|");
            foreach (var (name, arguments, target) in Cases)
            {
                var runs = new List<Run>();
                for (var round = 0; round < rounds; round++)
                {
                    runs.Add(await RunAsync(program, folder, arguments));
                }

                var seconds = runs.Select(static run => run.Processor).Order().ElementAt(rounds / 2);
                failed += seconds <= target && runs.TrueForAll(static run => run.Exit is 0 or 1 or 3) ? 0 : 1;
                await Console.Out.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {seconds:0.00} | {runs.Select(static run => run.Seconds).Order().ElementAt(rounds / 2):0.00} | {runs.Max(static run => run.Memory) >> 20} MiB | {runs[0].Exit} |"));
            }

            return failed == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder)
    {
        foreach (var (rules, text) in new[] { (1000, "1000"), (10_000, "10000") })
        {
            ProofPolicies.WriteCluster(Path.Combine(folder, text), rules);
            ProofPolicies.WriteCluster(Path.Combine(folder, $"{text}-ten"), rules, changed: 10);
            ProofPolicies.WriteCluster(Path.Combine(folder, $"{text}-half"), rules, changed: rules / 2);
            ProofPolicies.WriteCluster(Path.Combine(folder, $"{text}-broad"), rules, isBroad: true);
        }

        foreach (var (ending, changed) in new[] { ("", false), ("-changed", true) })
        {
            ProofPolicies.WriteSuffixes(Path.Combine(folder, "suffixes" + ending), 10_000, changed);
            ProofPolicies.WriteLabels(Path.Combine(folder, "labels" + ending), 1000, changed);
        }

        File.WriteAllText(Path.Combine(folder, "tests"), Tests);
    }

    private static async Task<Run> RunAsync(string program, string folder, string arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments.Split(' ')) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var discarding = Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null), process.StandardError.BaseStream.CopyToAsync(Stream.Null));
        var use = default(ProcessUse);
        while (!discarding.IsCompleted)
        {
            use = ProcessUse.Of(process, use);
            await Task.WhenAny(discarding, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }

        await process.WaitForExitAsync();
        return new Run(use.Processor.TotalSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds, use.Peak, process.ExitCode);
    }

    private readonly record struct Run(double Processor, double Seconds, long Memory, int Exit);
}
