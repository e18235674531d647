namespace ImdsProxy.FunctionalTests.Upgrade;

/// <summary>A copy of what a version left on a node.</summary>
internal sealed class NodeFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("upgrade-");

    public NodeFiles(string original)
    {
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var copy = At(Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Log => At("log");

    public string State => At("state");

    public string Policy => At("policy.json");

    public string At(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
