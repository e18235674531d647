namespace ImdsProxy.TestKit;

/// <summary>The working copy in which the tests were built.</summary>
public static class WorkingCopy
{
    /// <summary>Its top directory.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The full path of a file or directory in it.</summary>
    public static string At(string path) => Path.Combine(Root, path);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "ImdsProxy.sln")) ? directory : Find(Path.GetDirectoryName(directory) ?? throw new IOException("no ImdsProxy.sln above the tests"));
}
