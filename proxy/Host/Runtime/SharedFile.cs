namespace ImdsProxy.Runtime;

/// <summary>A small file by which one container of the pod tells another something.</summary>
/// <param name="path">Where both find it.</param>
internal sealed class SharedFile(string path)
{
    private const UnixFileMode ReadByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Puts a content in place whole: a reader finds the content before or this one.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Write(byte[] content)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, content);
        if (!OperatingSystem.IsWindows())
        {
            // The reader is another user.
            File.SetUnixFileMode(next, ReadByAll);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>Removes the file, if it is there.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be removed.</exception>
    public void Remove()
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
