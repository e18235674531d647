using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Text.Json;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Explain;
using ImdsProxy.Identify;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy explain</c>: which rule decides a request, and why the others do not.</summary>
internal static class PolicyExplainCommand
{
    private const string FilePrefix = "file:";

    public static Command Create()
    {
        var path = new Argument<string?>("PATH") { Description = "The policy, a directory of fragments, or a ConfigMap manifest", Arity = ArgumentArity.ZeroOrOne };
        var callers = Flag.Text("--callers", "Who has which address: a callers file");
        var ip = Flag.Of<IPAddress?>("--ip", "Who asks: a pod's address", FlagValues.Ip);
        var pod = Flag.Text("--pod", "With --management, who asks: NAMESPACE/NAME");
        var request = Flag.Text("--request", "What is asked, such as 'GET /metadata/instance?api-version=2021-02-01'");
        var headers = RepeatableFlag.Of("--header", "A header of the request, 'Name: value', repeatable; 'Metadata: true' is there unless 'Metadata:' takes it away", GivenRequest.Header);
        var management = new ManagementFlags("Ask a running proxy, of its policy and its pods, in place of reading files: IP:PORT or unix:PATH");
        var command = new Command("explain", "Tell which rule decides a request, and why the others do not: exit 0 if it is sent to IMDS, 1 if not") { path, callers, ip, pod, request, headers };
        management.AddTo(command);
        command.Validators.Add(result =>
        {
            Require(result.GetValue(request), "--request: give the request, such as 'GET /metadata/instance?api-version=2021-02-01'", result.AddError);
            if (management.IsGiven(result))
            {
                Require(result.GetValue(pod), "--pod: give the pod that asks, NAMESPACE/NAME", result.AddError);
                return;
            }

            Require(result.GetValue(path), "PATH: give the policy, or --management to ask a running proxy", result.AddError);
            Require(result.GetValue(callers), "--callers: give the file that tells who has which address", result.AddError);
            Require(result.GetValue(ip), "--ip: give the address of the pod that asks", result.AddError);
        });
        command.SetAction((parsed, cancellation) => GuardAsync(
            () => management.Read(parsed) is { } proxy
                ? AskAsync(proxy, parsed.GetValue(pod)!, parsed.GetValue(request)!, parsed.GetValue(headers), cancellation)
                : ExplainAsync(parsed.GetValue(path)!, parsed.GetValue(callers)!, parsed.GetValue(ip)!, parsed.GetValue(request)!, parsed.GetValue(headers), cancellation),
            Console.Out,
            Console.Error));
        return command;
    }

    /// <summary>Tells an explanation, or why there is none.</summary>
    internal static async Task<int> GuardAsync(Func<Task<Explained>> explain, TextWriter output, TextWriter errors)
    {
        try
        {
            var explained = await explain();
            await output.WriteAsync(explained.Text);
            return explained.Sent ? ExitCode.Good : ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or HttpRequestException or JsonException)
        {
            await errors.WriteLineAsync($"imds-proxy: policy explain: {e.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>Explains by files.</summary>
    internal static async Task<Explained> ExplainAsync(
        string path, string callers, IPAddress ip, string request, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var given = GivenRequest.Of(request, headers);
        var policy = await PolicyOfAsync(path, cancellation);
        return Explained.Of(policy, ip, CallersOf(callers).Find(ip), given);
    }

    /// <summary>Has a running proxy explain.</summary>
    internal static async Task<Explained> AskAsync(
        ManagementClient proxy, string pod, string request, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var more = headers.Select(static header => $"&header={Uri.EscapeDataString($"{header.Key}: {header.Value}")}");
        return await proxy.GetAsync(
            $"/explain?pod={Uri.EscapeDataString(pod)}&request={Uri.EscapeDataString(request)}{string.Concat(more)}",
            async stream => await JsonSerializer.DeserializeAsync(stream, ExplainedJson.Default.Explained, cancellation) ?? throw new FormatException("the answer is empty"),
            cancellation);
    }

    private static async Task<PolicySnapshot> PolicyOfAsync(string path, CancellationToken cancellation)
    {
        var load = (await PolicyManifest.ReadAsync(path, cancellation)).Texts.Load();
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
