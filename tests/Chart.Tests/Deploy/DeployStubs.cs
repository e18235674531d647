using System.Diagnostics;
using ImdsProxy.Chart.Tests.Tools;

namespace ImdsProxy.Chart.Tests.Deploy;

/// <summary>A directory with stand-ins for the programs that the scripts in <c>deploy/</c> call, and with the calls that they received.</summary>
internal sealed class DeployStubs : IDisposable
{
    private static readonly string[] Programs = ["az", "kubectl", "helm", "docker", "cosign"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-deploy-");

    public DeployStubs()
    {
        var programs = _directory.CreateSubdirectory("bin").FullName;
        foreach (var program in Programs)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Deploy/stub.sh"), Path.Combine(programs, program));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(programs, program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    /// <summary>The calls of the programs, in order.</summary>
    public IReadOnlyList<string> Calls => File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : [];

    public string At(string file) => Path.Combine(_directory.FullName, file);

    /// <summary>Runs a script of <c>deploy/</c> with these environment variables, written as NAME=VALUE.</summary>
    public async Task<(int Code, string Output)> RunAsync(string script, string input, string[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.At($"deploy/{script}"), arguments)
        {
            WorkingDirectory = _directory.FullName,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var pair in environment.Select(static variable => variable.Split('=', 2)))
        {
            start.Environment[pair[0]] = pair[1];
        }

        start.Environment["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["STUB_DIR"] = _directory.FullName;
        start.Environment["AKS_TRIAL_PAUSE"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
