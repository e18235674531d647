using System.Diagnostics;

namespace ImdsProxy.TestKit;

/// <summary>
/// The product as a process: the published program, if the run has published one (<c>IMDS_PROXY_PROGRAM</c> names it),
/// otherwise the program built beside the tests.
/// </summary>
public static class ImdsProxyProgram
{
    /// <summary>The command that runs it, without arguments.</summary>
    public static string[] Command { get; } = Environment.GetEnvironmentVariable("IMDS_PROXY_PROGRAM") is { Length: > 0 } published
        ? [published]
        : [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "imds-proxy.dll")];

    /// <summary>How to start the program with redirected output.</summary>
    public static ProcessStartInfo StartInfo(params string[] arguments) => new(Command[0], [.. Command[1..], .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
