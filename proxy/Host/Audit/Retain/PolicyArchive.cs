using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>Keeps the policy documents that were in force, beside the records that name their revisions.</summary>
internal static class PolicyArchive
{
    /// <summary>Keeps a document as <c>policies/&lt;revision&gt;.json</c>, unless it exists already.</summary>
    /// <param name="directory">The log's directory.</param>
    /// <param name="revision">The document's revision.</param>
    /// <param name="document">The document.</param>
    /// <param name="mostBytes">The maximum size of all documents together.</param>
    /// <param name="tell">Called with the names of documents before they are removed.</param>
    /// <exception cref="IOException">The document cannot be written, or is larger than the maximum.</exception>
    public static void Keep(string directory, string revision, ReadOnlySpan<byte> document, long mostBytes, Action<IReadOnlyList<string>> tell)
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

        if (document.Length > mostBytes)
        {
            throw new IOException($"the document has {document.Length} bytes, but --audit-max-bytes leaves only {mostBytes} for policies");
        }

        Directory.CreateDirectory(policies, LogPermissions.Directory);
        MakeRoom(policies, mostBytes - document.Length, tell);
        Write(path, document);
    }

    // The documents that came into force first are removed first.
    private static void MakeRoom(string policies, long mostBytes, Action<IReadOnlyList<string>> tell)
    {
        var files = new DirectoryInfo(policies).EnumerateFiles().OrderBy(static file => file.LastWriteTimeUtc).ToList();
        var excess = files.Sum(static file => file.Length) - mostBytes;
        List<FileInfo> doomed = [];
        foreach (var file in files.TakeWhile(_ => excess > 0))
        {
            doomed.Add(file);
            excess -= file.Length;
        }

        if (doomed.Count > 0)
        {
            tell([.. doomed.Select(static file => $"policies/{file.Name}")]);
            doomed.ForEach(static file => file.Delete());
        }
    }

    // Writes to another name first, so that a crash cannot leave half a document under the revision's name.
    private static void Write(string path, ReadOnlySpan<byte> document)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, document);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(draft, LogPermissions.File);
        }

        File.Move(draft, path, overwrite: true);
    }
}
