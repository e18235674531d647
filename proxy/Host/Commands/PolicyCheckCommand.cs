using System.CommandLine;
using ImdsProxy.Core.Policy;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands;

/// <summary><c>imds-proxy policy check</c>: every error and warning of a policy, with its place, then its revision.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "A policy, or a ConfigMap manifest (YAML or JSON) that holds one; - reads it from stdin" };
        var command = new Command("check", "Tell every error and warning of a policy, with its place, and its revision") { path };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(path), Console.OpenStandardInput, Console.Out, Console.Error, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(
        string path, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        try
        {
            var content = await ReadAsync(path, stdin, cancellation);
            var source = PolicyManifest.Read(content, path == "-" ? "<stdin>" : path);
            return await ReportAsync(source, output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"imds-proxy: {e.Message}");
            return ExitCode.Usage;
        }
        catch (FormatException e)
        {
            await errors.WriteLineAsync($"imds-proxy: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<byte[]> ReadAsync(string path, Func<Stream> stdin, CancellationToken cancellation)
    {
        if (path == "-")
        {
            using var copy = new MemoryStream();
            await using var input = stdin();
            await input.CopyToAsync(copy, cancellation);
            return copy.ToArray();
        }

        return Directory.Exists(path)
            ? throw new IOException($"'{path}' is a directory, and this version takes one policy: name its file")
            : await File.ReadAllBytesAsync(path, cancellation);
    }

    private static async Task<int> ReportAsync(PolicyManifest source, TextWriter output)
    {
        var load = PolicyLoader.Load(source.Policy);
        foreach (var problem in load.Problems)
        {
            var severity = problem.Severity == ProblemSeverity.Error ? "error" : "warning";

            // The pointer as a URI fragment (RFC 6901, 6), so that the whole document has one too.
            await output.WriteLineAsync($"{source.Name}:{problem.Line}: #{problem.Pointer}: {severity}: {problem.Message}");
        }

        await output.WriteLineAsync($"revision {load.Revision}");
        return load.Document is null ? ExitCode.Failed : ExitCode.Good;
    }
}
