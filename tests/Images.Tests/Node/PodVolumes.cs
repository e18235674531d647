using System.Text.Json.Nodes;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>A pod's volumes as directories of the machine, made as the kubelet makes them.</summary>
/// <param name="node">The directory that stands for the node's root.</param>
/// <param name="own">The directory of the pod's own volumes.</param>
/// <param name="credentials">The files of the projected volume, by name.</param>
internal sealed class PodVolumes(string node, string own, IReadOnlyDictionary<string, string> credentials)
{
    private const UnixFileMode Everyone = (UnixFileMode)0b111_111_111;
    private const UnixFileMode Readable = (UnixFileMode)0b100_100_100;

    public string Of(JsonNode volume)
    {
        if (volume["hostPath"] is { } host)
        {
            return HostPath((string)host["path"]!, (string)host["type"]!);
        }

        var path = Directory.CreateDirectory(Path.Combine(own, (string)volume["name"]!)).FullName;
        if (volume["emptyDir"] is not null)
        {
            File.SetUnixFileMode(path, Everyone);
            return path;
        }

        if (volume["projected"] is { } projected)
        {
            Project(projected, path);
            return path;
        }

        // An optional ConfigMap that does not exist is an empty directory.
        return (bool)volume["configMap"]!["optional"]! ? path : throw new NotSupportedException(volume.ToJsonString());
    }

    /// <summary>A path of the node.</summary>
    public string OnNode(string path) => Path.Combine(node, path.TrimStart('/'));

    private string HostPath(string path, string type)
    {
        var there = OnNode(path);
        Directory.CreateDirectory(type == "FileOrCreate" ? Path.GetDirectoryName(there)! : there);
        if (type == "FileOrCreate")
        {
            File.AppendAllText(there, "");
        }

        return there;
    }

    private void Project(JsonNode projected, string path)
    {
        foreach (var (name, source) in credentials)
        {
            var file = Path.Combine(path, name);
            File.Copy(source, file, overwrite: true);
            File.SetUnixFileMode(file, (UnixFileMode)(int)(long)projected["defaultMode"]! & Readable);
        }
    }
}
