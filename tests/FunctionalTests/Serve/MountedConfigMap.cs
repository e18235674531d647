using System.Diagnostics;
using Shouldly;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>
/// Writes a mounted ConfigMap as kubelet does: into a new directory, to which it then switches the link "..data". Each file is
/// a link through "..data".
/// </summary>
internal static class MountedConfigMap
{
    public static void Publish(string mount, string version, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(Path.Combine(mount, version));
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(mount, version, name), text);
        }

        Swap(mount, version);
        foreach (var path in files.Select(file => Path.Combine(mount, file.Name)).Where(path => !File.Exists(path)))
        {
            File.CreateSymbolicLink(path, Path.Combine("..data", Path.GetFileName(path)));
        }
    }

    // Only rename(2) replaces a link to a directory atomically.
    private static void Swap(string mount, string version)
    {
        File.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), version);
        using var rename = Process.Start("mv", ["-T", Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data")]);
        rename.WaitForExit();
        rename.ExitCode.ShouldBe(0);
    }
}
