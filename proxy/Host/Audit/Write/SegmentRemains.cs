namespace ImdsProxy.Audit.Write;

/// <summary>
/// The remains of a failed write at the end of a segment that could not be truncated. Their lines count as not written, so their
/// numbers are reused. If the remains stayed in the segment, the chain would look forked.
/// </summary>
/// <param name="Path">The segment.</param>
/// <param name="Length">The length to which the segment must be truncated. If the length is 0, the segment is deleted.</param>
internal sealed record SegmentRemains(string Path, long Length)
{
    /// <summary>Whether there are bytes to truncate. Checked first, because opening the file for truncation may fail.</summary>
    public bool IsThere => new FileInfo(Path) is { Exists: true } segment && (segment.Length > Length || Length == 0);

    /// <summary>
    /// Truncates the segment by name, because its handle is unusable after some failures. Returns false if the segment does
    /// not exist.
    /// </summary>
    /// <exception cref="IOException">The segment exists, and cannot be truncated.</exception>
    public bool TryCut()
    {
        try
        {
            if (IsThere)
            {
                Cut();
            }

            return File.Exists(Path) || Length == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{Path} holds the remains of a failed write after its first {Length} bytes, and cannot be truncated: {e.Message}", e);
        }
    }

    private void Cut()
    {
        using (var segment = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            RandomAccess.SetLength(segment, Length);
        }

        if (Length == 0)
        {
            File.Delete(Path);
        }
    }
}
