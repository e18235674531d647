using System.Collections.Immutable;
using ImdsProxy.Runtime;

namespace ImdsProxy.Doctor.Surroundings;

/// <summary>
/// The files of the node. In a debugging pod, they are below a mount such as <c>/host</c>. The kernel's files in <c>/proc</c> and
/// <c>/sys</c> describe the process's own namespaces, so they are never read below that mount.
/// </summary>
/// <param name="root">The directory where the node's files are, <c>/</c> on the node itself.</param>
/// <param name="kernel">The directory of <c>/proc</c> and <c>/sys</c>. Tests replace it.</param>
internal sealed class HostFiles(string root = "/", string kernel = "/")
{
    /// <summary>The first line of a file, or null if the file can't be read.</summary>
    public string? FirstLine(string path) => Text(path)?.Split('\n', 2)[0].Trim();

    /// <summary>The content of a file, or null if the file can't be read.</summary>
    public string? Text(string path)
    {
        try
        {
            // A setting in /proc/sys yields its value to the first read only, so it can't be read in pieces.
            return IsKernels(path) ? File.ReadAllText(At(path)) : BoundedFile.ReadText(At(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool HasFile(string path) => File.Exists(At(path));

    public bool HasDirectory(string path) => Directory.Exists(At(path));

    /// <summary>The names of the directories below a directory, links included; none if it can't be read.</summary>
    public ImmutableArray<string> Directories(string path) => Names(() => Directory.EnumerateDirectories(At(path)));

    /// <summary>The names of everything in a directory; none if it can't be read.</summary>
    public ImmutableArray<string> Entries(string path) => Names(() => Directory.EnumerateFileSystemEntries(At(path)));

    public string At(string path) =>
        Path.Combine(IsKernels(path) ? kernel : root, path.TrimStart('/'));

    private static bool IsKernels(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal);

    private static ImmutableArray<string> Names(Func<IEnumerable<string>> list)
    {
        try
        {
            return [.. list().Select(Path.GetFileName).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
