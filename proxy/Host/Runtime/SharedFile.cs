namespace ImdsProxy.Runtime;

/// <summary>A small file by which one container of the pod informs another.</summary>
/// <param name="path">The path in both containers.</param>
internal sealed class SharedFile(string path)
{
    private const UnixFileMode ReadByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Replaces the content atomically: a reader finds either the old content or the new content.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to write the file.</exception>
    public void Write(byte[] content)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, content);
        if (!OperatingSystem.IsWindows())
        {
            // The reader runs as another user.
            File.SetUnixFileMode(next, ReadByAll);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>Removes the file, if it is there.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to remove the file.</exception>
    public void Remove()
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
