using System.Security.Cryptography;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Write;

/// <summary>Chooses the four hex digits that tell the lines of a chain from those of others.</summary>
internal static class InstanceName
{
    /// <summary>A name that no segment of the directory bears.</summary>
    /// <param name="directory">The directory, or null for none.</param>
    /// <param name="other">The name of the process's other chain, which may have no segment yet.</param>
    public static string Choose(string? directory, string? other = null)
    {
        HashSet<string> taken = [.. Taken(directory), other ?? ""];
        for (var tries = 0; tries < 100; tries++)
        {
            var name = RandomNumberGenerator.GetHexString(4, lowercase: true);
            if (!taken.Contains(name))
            {
                return name;
            }
        }

        throw new InvalidOperationException($"{directory} holds segments of too many instances");
    }

    private static HashSet<string> Taken(string? directory)
    {
        try
        {
            return directory is null || !Directory.Exists(directory)
                ? []
                : [.. Directory.EnumerateFiles(directory).Select(file => SegmentName.Parse(Path.GetFileName(file))?.Instance).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It can't be written either, which is told when that is tried.
            return [];
        }
    }
}
