using ImdsProxy.TestKit;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>Files of the working copy.</summary>
internal static class Repository
{
    public static string Root => WorkingCopy.Root;

    public static string Chart => At("charts/imds-proxy");

    public static string At(string path) => WorkingCopy.At(path);

    public static string Read(string path) => File.ReadAllText(At(path));
}
