using System.Security.Cryptography;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Write;

/// <summary>Chooses the four hex digits that identify a chain.</summary>
internal static class InstanceName
{
    /// <summary>Returns a name that no segment of the directory has.</summary>
    /// <param name="directory">The directory, or null if there is no directory.</param>
    /// <param name="other">The name of the process's other chain, which may not have a segment yet.</param>
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

        throw new InvalidOperationException($"{directory} holds segments of too many instances to find an unused name; move old segments to another directory");
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
            // Such a directory cannot be written either. The first write reports that.
            return [];
        }
    }
}
