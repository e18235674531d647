namespace ImdsProxy.Audit;

/// <summary>Keeps each policy document that was ever enforced beside the records that name its revision.</summary>
internal static class PolicyArchive
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute;

    /// <summary>Keeps a document as <c>policies/&lt;revision&gt;.json</c>; nothing happens where it is kept already.</summary>
    public static void Keep(string directory, string revision, ReadOnlySpan<byte> document)
    {
        if (revision.Length == 0 || !revision.All(char.IsAsciiHexDigit))
        {
            throw new ArgumentException("a revision is hex digits", nameof(revision));
        }

        var policies = Path.Combine(directory, "policies");
        var path = Path.Combine(policies, revision + ".json");
        if (File.Exists(path) || OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(policies, DirectoryMode);
        Write(path, document);
    }

    // By way of another name, so that a crash leaves no half of a document under the revision's.
    private static void Write(string path, ReadOnlySpan<byte> document)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, document);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(draft, FileMode);
        }

        File.Move(draft, path, overwrite: true);
    }
}
