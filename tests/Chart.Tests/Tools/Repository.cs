namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>Files of the working copy.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Chart => At("charts/imds-proxy");

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "ImdsProxy.sln")) ? directory : Find(Path.GetDirectoryName(directory) ?? throw new IOException("no ImdsProxy.sln above the tests"));
}
