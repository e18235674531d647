using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy check</c>: prints every error and warning of a policy with its place, then the policy's revision.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = PolicyInput.Forms };
        var command = new Command("check", "Print every error and warning of a policy with its place, and the policy's revision") { path };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(path), Console.OpenStandardInput, Console.Out, Console.Error, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(
        string path, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        try
        {
            return await ReportAsync(await PolicyInput.ReadAsync(path, stdin, cancellation), output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"imds-proxy: policy check: {e.Message}");
            return ExitCode.Usage;
        }
        catch (FormatException e)
        {
            await errors.WriteLineAsync($"imds-proxy: policy check: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> ReportAsync(PolicyManifest source, TextWriter output)
    {
        var load = source.Texts.Load();
        foreach (var problem in PolicyFindings.Of(source.Texts))
        {
            var severity = problem.Severity == ProblemSeverity.Error ? "error" : "warning";

            // The JSON pointer as a URI fragment (RFC 6901, section 6), because the pointer to the whole document is then visible, as "#".
            await output.WriteLineAsync($"{source.PlaceOf(problem)}: #{problem.Pointer}: {severity}: {problem.Message}");
        }

        await output.WriteLineAsync($"revision {load.Revision}");
        return load.Document is null ? ExitCode.Failed : ExitCode.Good;
    }
}
