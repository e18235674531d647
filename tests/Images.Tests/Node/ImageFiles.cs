namespace ImdsProxy.Images.Tests.Node;

/// <summary>The files of an image, with their sizes and times.</summary>
internal sealed class ImageFiles
{
    private readonly Dictionary<string, (long Size, DateTime Written)> _files;

    private ImageFiles(Dictionary<string, (long Size, DateTime Written)> files) => _files = files;

    public IEnumerable<string> Paths => _files.Keys;

    public static async Task<ImageFiles> OfAsync(string image)
    {
        var root = (await Engine.MustAsync("image", "mount", image)).Trim();
        try
        {
            var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, ReturnSpecialDirectories = false };
            return new ImageFiles(new DirectoryInfo(root).EnumerateFiles("*", all)
                .ToDictionary(file => Path.GetRelativePath(root, file.FullName), static file => (file.Length, file.LastWriteTimeUtc), StringComparer.Ordinal));
        }
        finally
        {
            await Engine.MustAsync("image", "unmount", image);
        }
    }

    /// <summary>The files that a base does not have, or not like this.</summary>
    public IReadOnlyList<string> BeyondOf(ImageFiles based) =>
        [.. _files.Where(file => !based._files.TryGetValue(file.Key, out var there) || there != file.Value).Select(static file => file.Key).Order(StringComparer.Ordinal)];

    public long Bytes(IEnumerable<string> paths) => paths.Sum(path => _files[path].Size);
}
