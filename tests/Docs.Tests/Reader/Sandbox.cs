using System.Diagnostics;
using ImdsProxy.Chart.Tests.Tools;

namespace ImdsProxy.Docs.Tests.Reader;

/// <summary>
/// The working directory of a reader of the documents, with the chart and a policy, and with helm, kubectl and imds-proxy on
/// the path.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>The program's path in the images.</summary>
    public const string ProgramInPod = "/app/imds-proxy";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-docs");
    private readonly Node _node;

    public Sandbox(Node node)
    {
        _node = node;
        var programs = _directory.CreateSubdirectory("bin").FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "helm"), ChartTools.Helm);
        File.CreateSymbolicLink(Path.Combine(programs, "kubectl"), ChartTools.Kubectl);
        File.WriteAllText(Program, node.Wrapper());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.CreateSymbolicLink(At("charts"), Repository.At("charts"));
        File.Copy(Repository.At("policy.example.json"), At("policy.example.json"));
        File.Copy(Repository.At("policy.example.json"), At("policy.json"));
        File.Copy(Repository.At("policy.tests.json"), At("policy.tests.json"));
        File.WriteAllText(At("callers.json"), Callers.Documented);
        File.Copy(node.Stdout, At("collected-stdout.jsonl"));
    }

    private string Program => At("bin/imds-proxy");

    public string At(string file) => Path.Combine(_directory.FullName, file);

    /// <summary>Starts the program as in a pod on the node.</summary>
    public Process Start(IEnumerable<string> arguments) => Start(Program, arguments);

    /// <summary>Runs a check of a policy whose files are mounted at the path in its last argument.</summary>
    public async Task<int> CheckAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> files)
    {
        var mount = _directory.CreateSubdirectory($"mount-{Guid.NewGuid():N}").FullName;
        foreach (var (name, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(mount, name), text);
        }

        using var process = Start([.. arguments.Take(arguments.Count - 1), Path.Combine(mount, Path.GetFileName(arguments[^1]))]);
        process.StandardInput.Close();
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync(), process.WaitForExitAsync());
        return process.ExitCode;
    }

    /// <summary>The output of a container.</summary>
    public string LogOf(string container) => container switch
    {
        "proxy" => File.ReadAllText(_node.Stdout),
        "prove" => "proved: requests reach the proxy\n",
        _ => "Interception is off until 2026-11-21T05:30:00Z\n",
    };

    /// <summary>Runs a script in the directory, with a kubeconfig for the cluster.</summary>
    public async Task<(int Code, string Output)> RunAsync(string script, string server)
    {
        await File.WriteAllTextAsync(At("kubeconfig"), $"""
            apiVersion: v1
            kind: Config
            current-context: docs
            clusters:
              - name: docs
                cluster:
                  server: {server}
            contexts:
              - name: docs
                context:
                  cluster: docs
            """);
        using var process = Start("bash", ["-euo", "pipefail", "-c", "exec 2>&1\n" + script]);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _directory.FullName,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _directory.FullName;
        start.Environment["KUBECONFIG"] = At("kubeconfig");
        start.Environment["EDITOR"] = """sed -i 's/"mode": "enforce",/"mode": "audit",/'""";
        return Process.Start(start)!;
    }
}
