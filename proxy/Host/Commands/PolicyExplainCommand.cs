using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Explain;
using ImdsProxy.Core.Policy;
using ImdsProxy.Identify;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands;

/// <summary><c>imds-proxy policy explain</c>: which rule decides a request, and why the others do not.</summary>
internal static class PolicyExplainCommand
{
    private const string FilePrefix = "file:";

    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "The policy, or a ConfigMap manifest that holds one" };
        var callers = Flag.Text("--callers", "Who has which address: a callers file");
        var ip = Flag.Of<IPAddress?>("--ip", "Who asks: a pod's address", FlagValues.Ip);
        var request = Flag.Text("--request", "What is asked, such as 'GET /metadata/instance?api-version=2021-02-01'");
        var headers = RepeatableFlag.Of("--header", "A header of the request, 'Name: value', repeatable; 'Metadata: true' is there unless 'Metadata:' takes it away", GivenRequest.Header);
        var command = new Command("explain", "Tell which rule decides a request, and why the others do not: exit 0 if it is sent to IMDS, 1 if not") { path, callers, ip, request, headers };
        command.Validators.Add(result =>
        {
            Require(result.GetValue(callers), "--callers: give the file that tells who has which address", result.AddError);
            Require(result.GetValue(ip), "--ip: give the address of the pod that asks", result.AddError);
            Require(result.GetValue(request), "--request: give the request, such as 'GET /metadata/instance?api-version=2021-02-01'", result.AddError);
        });
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(path),
            parsed.GetRequiredValue(callers)!,
            parsed.GetRequiredValue(ip)!,
            parsed.GetRequiredValue(request)!,
            parsed.GetValue(headers),
            Console.Out,
            Console.Error));
        return command;
    }

    internal static int Run(
        string path, string callers, IPAddress ip, string request, ImmutableArray<KeyValuePair<string, string>> headers, TextWriter output, TextWriter errors)
    {
        try
        {
            var given = GivenRequest.Of(request, headers);
            var policy = PolicyOf(path);
            var known = CallersOf(callers);
            var parsed = given.Parse();
            if (!parsed.IsParsed)
            {
                output.WriteLine($"rejected: malformed, answered with status 400 whatever the policy says: {parsed.Error.Message}");
                return ExitCode.Failed;
            }

            var explanation = Explanation.Of(policy, ip, known.Find(ip), parsed.Request, isProbe: !given.HasMetadata);
            ExplanationText.Write(explanation, output);
            return explanation.IsSent ? ExitCode.Good : ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            errors.WriteLine($"imds-proxy: policy explain: {e.Message}");
            return ExitCode.Usage;
        }
    }

    private static PolicySnapshot PolicyOf(string path)
    {
        var load = PolicyLoader.Load(PolicyManifest.Read(File.ReadAllBytes(path), path).Policy);
        return load.Document is { } document
            ? PolicySnapshot.Compile(document)
            : throw new FormatException($"'{path}' is refused; policy check tells all its errors, the first is: {load.Problems.First(problem => problem.Severity == ProblemSeverity.Error).Message}");
    }

    private static FileCallers CallersOf(string callers)
    {
        var path = callers.StartsWith(FilePrefix, StringComparison.Ordinal) ? callers[FilePrefix.Length..] : callers;
        var known = new FileCallers(TimeProvider.System);
        try
        {
            known.Replace(CallersFile.Parse(File.ReadAllBytes(path)));
            return known;
        }
        catch (FormatException e)
        {
            throw new FormatException($"'{path}': {e.Message}", e);
        }
    }

    private static void Require(object? value, string otherwise, Action<string> addError)
    {
        if (value is null or "")
        {
            addError(otherwise);
        }
    }
}
