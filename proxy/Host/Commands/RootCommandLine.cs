using System.CommandLine;

namespace ImdsProxy.Commands;

/// <summary>The command line as a whole: one subcommand a file beside this one.</summary>
internal static class RootCommandLine
{
    /// <summary>Runs one command line to its end and tells its exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand("A filtering proxy for the Azure Instance Metadata Service, one per Kubernetes node.")
        {
            RedirectCommand.Create(),
            Serve.ServeCommand.Create(),
            FakeImdsCommand.Create(),
            HealthCommand.Create(),
            PolicyCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"imds-proxy: {error.Message}");
            }

            await Console.Error.WriteLineAsync("imds-proxy: --help tells the usage");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync();
    }
}
