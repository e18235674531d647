using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using System.Text.Json;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Explain;
using ImdsProxy.Identify;
using ImdsProxy.Management;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy explain</c>: shows which rule decides a request, and why the other rules do not.</summary>
internal static class PolicyExplainCommand
{
    private const string FilePrefix = "file:";

    public static Command Create()
    {
        var path = new Argument<string?>("PATH") { Description = "Policy file, directory of fragments, or ConfigMap manifest", Arity = ArgumentArity.ZeroOrOne };
        var callers = Flag.Text("--callers", "Callers file, which assigns addresses to pods");
        var ip = Flag.Of<IPAddress?>("--ip", "Address of the calling pod", FlagValues.Ip);
        var pod = Flag.Text("--pod", "The calling pod, NAMESPACE/NAME; needed with --management, and for a pod on hostNetwork in a callers file");
        var request = Flag.Text("--request", "The request, such as 'GET /metadata/instance?api-version=2021-02-01'");
        var headers = RepeatableFlag.Of("--header", "A request header, 'Name: value'; repeatable. 'Metadata: true' is sent unless 'Metadata:' removes it", GivenRequest.Header);
        var management = new ManagementFlags("Ask a running proxy, which uses its own policy and pods, instead of reading files: IP:PORT or unix:PATH");
        var command = new Command("explain", "Show which rule decides a request, and why the other rules do not: exit code 0 if the request is sent to IMDS, 1 if not") { path, callers, ip, pod, request, headers };
        management.AddTo(command);
        command.Validators.Add(result =>
        {
            Require(result.GetValue(request), "--request: give the request, such as 'GET /metadata/instance?api-version=2021-02-01'", result.AddError);
            if (management.IsGiven(result))
            {
                Require(result.GetValue(pod), "--pod: give the calling pod, NAMESPACE/NAME", result.AddError);
                return;
            }

            Require(result.GetValue(path), "PATH: give the policy, or --management to ask a running proxy", result.AddError);
            Require(result.GetValue(callers), "--callers: give the callers file, which assigns addresses to pods", result.AddError);
            Require((object?)result.GetValue(ip) ?? result.GetValue(pod), "--ip: give the address of the calling pod, or --pod NAMESPACE/NAME", result.AddError);
        });
        command.SetAction((parsed, cancellation) => GuardAsync(
            () => management.Read(parsed) is { } proxy
                ? AskAsync(proxy, parsed.GetValue(pod)!, parsed.GetValue(request)!, parsed.GetValue(headers), cancellation)
                : parsed.GetValue(pod) is { } name
                    ? ExplainPodAsync(parsed.GetValue(path)!, parsed.GetValue(callers)!, name, parsed.GetValue(request)!, parsed.GetValue(headers), cancellation)
                    : ExplainAsync(parsed.GetValue(path)!, parsed.GetValue(callers)!, parsed.GetValue(ip)!, parsed.GetValue(request)!, parsed.GetValue(headers), cancellation),
            Console.Out,
            Console.Error));
        return command;
    }

    /// <summary>Prints an explanation, or the error that prevents it.</summary>
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

    /// <summary>Explains a request from the policy and callers files.</summary>
    internal static async Task<Explained> ExplainAsync(
        string path, string callers, IPAddress ip, string request, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var given = GivenRequest.Of(request, headers);
        var policy = await PolicyOfAsync(path, cancellation);
        return Explained.Of(policy, ip, CallersOf(callers).Find(ip), given);
    }

    /// <summary>Explains a request of a pod in the callers file. A pod on hostNetwork has no address of its own.</summary>
    internal static async Task<Explained> ExplainPodAsync(
        string path, string callers, string pod, string request, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var given = GivenRequest.Of(request, headers);
        var policy = await PolicyOfAsync(path, cancellation);
        var known = CallersOf(callers);
        var found = known.Known.FirstOrDefault(one => one.Identity.ToString() == pod)
            ?? throw new FormatException($"'{callers}' has no pod {pod}; write NAMESPACE/NAME");
        return found.HostNetwork
            ? Explained.Of(policy, IPAddress.None, known.FindOnHost(found.Identity.Uid), given)
            : Explained.Of(policy, found.Addresses[0], known.Find(found.Addresses[0]), given);
    }

    /// <summary>Asks a running proxy to explain a request.</summary>
    internal static async Task<Explained> AskAsync(
        ManagementClient proxy, string pod, string request, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var more = headers.Select(static header => $"&header={Uri.EscapeDataString($"{header.Key}: {header.Value}")}");
        return await proxy.GetAsync(
            $"/explain?pod={Uri.EscapeDataString(pod)}&request={Uri.EscapeDataString(request)}{string.Concat(more)}",
            async stream => await JsonSerializer.DeserializeAsync(stream, ExplainedJson.Default.Explained, cancellation) ?? throw new FormatException("the response is empty"),
            cancellation);
    }

    private static async Task<PolicySnapshot> PolicyOfAsync(string path, CancellationToken cancellation)
    {
        var load = (await PolicyManifest.ReadAsync(path, cancellation)).Texts.Load();
        return load.Document is { } document
            ? PolicySnapshot.Compile(document)
            : throw new FormatException($"'{path}' is invalid; policy check lists all errors. The first is: {load.Problems.First(problem => problem.Severity == ProblemSeverity.Error).Message}");
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
