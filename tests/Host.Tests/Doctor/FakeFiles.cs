using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Host.Tests.Doctor;

/// <summary>The files of a node, in a directory of the test.</summary>
internal sealed class FakeFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-doctor-");

    public HostFiles Host => new(_directory.FullName, _directory.FullName);

    /// <summary>Creates files from lines such as <c>/proc/x=content</c>. A path without a value is a directory.</summary>
    public FakeFiles With(params string[] files)
    {
        foreach (var file in files.Where(static file => file.Length > 0))
        {
            var parts = file.Split('=', 2);
            var path = At(parts[0]);
            Directory.CreateDirectory(parts.Length > 1 ? Path.GetDirectoryName(path)! : path);
            if (parts.Length > 1)
            {
                File.WriteAllText(path, parts[1]);
            }
        }

        return this;
    }

    public string At(string path) => Path.Combine(_directory.FullName, path.TrimStart('/'));

    public void Dispose() => _directory.Delete(recursive: true);
}
