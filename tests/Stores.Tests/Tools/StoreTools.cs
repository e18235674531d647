using ImdsProxy.Chart.Tests.Tools;
using Xunit;
using Programs = ImdsProxy.Chart.Tests.Tools.Program;

namespace ImdsProxy.Stores.Tests.Tools;

/// <summary>The ClickHouse engine and the grammars of KQL and LogQL, installed once from npm: they take half a gigabyte.</summary>
internal static class StoreTools
{
    private const string Cache = "/var/cache/imds-proxy-tests";

    private static readonly Task<string?> Missing = InstallAsync();

    /// <summary>The directory with the packages: a cache that outlives the working copy, if there can be one.</summary>
    public static string Directory { get; } = Path.Combine(CanUse(Cache) ? Cache : Repository.At("artifacts"), "stores");

    /// <summary>Skips the test with a reason if the packages can't be installed.</summary>
    public static async Task RequireAsync()
    {
        if (await Missing is { } missing)
        {
            Assert.Skip(missing);
        }
    }

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
        if (!Programs.IsThere("npm") || !Programs.IsThere("node"))
        {
            return "node or npm is not installed: the ClickHouse engine comes from there";
        }

        System.IO.Directory.CreateDirectory(Directory);
        // Another working copy may install at the same time.
        await using var turn = await LockAsync(Path.Combine(Directory, ".lock"));
        var mark = Path.Combine(Directory, "installed.json");
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
        {
            return null;
        }

        File.Delete(mark);
        await File.WriteAllTextAsync(Path.Combine(Directory, "package.json"), wanted);
        var (code, _, errors) = await Programs.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"], Directory);
        if (code != 0)
        {
            return $"npm can't install the ClickHouse engine: {errors.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))}";
        }

        await File.WriteAllTextAsync(mark, wanted);
        return null;
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
