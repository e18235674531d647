using System.ComponentModel;
using System.Diagnostics;

namespace ImdsProxy.TestKit.Stores;

/// <summary>The ClickHouse engine and the grammars of KQL and LogQL, installed once from npm: they take half a gigabyte.</summary>
public static class StoreTools
{
    private const string Cache = "/var/cache/imds-proxy-tests";

    /// <summary>The directory with the packages: a cache that outlives the working copy, if there can be one.</summary>
    public static string Directory { get; } = Path.Combine(CanUse(Cache) ? Cache : WorkingCopy.At("artifacts"), "stores");

    // After Directory, which it uses.
    private static readonly Task<string?> Missing = InstallAsync();

    /// <summary>Returns why the packages can't be installed, or null if they are there.</summary>
    public static Task<string?> MissingAsync() => Missing;

    /// <summary>A script that is copied beside the tests.</summary>
    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Tools", name);

    private static bool CanUse(string directory)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
            var probe = Path.Combine(directory, $".{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task<string?> InstallAsync()
    {
        var wanted = await File.ReadAllTextAsync(Script("package.json"));
        System.IO.Directory.CreateDirectory(Directory);
        // Another working copy may install at the same time.
        await using var turn = await LockAsync(Path.Combine(Directory, ".lock"));
        try
        {
            await RunAsync("node", "--version");
            var mark = Path.Combine(Directory, "installed.json");
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
            {
                return null;
            }

            File.Delete(mark);
            await File.WriteAllTextAsync(Path.Combine(Directory, "package.json"), wanted);
            var (code, errors) = await RunAsync("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock");
            if (code != 0)
            {
                return $"npm can't install the ClickHouse engine: {errors.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.OrdinalIgnoreCase))}";
            }

            await File.WriteAllTextAsync(mark, wanted);
            return null;
        }
        catch (Win32Exception)
        {
            return "node or npm is not installed: the ClickHouse engine comes from there";
        }
    }

    private static async Task<(int Code, string Errors)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }
}
