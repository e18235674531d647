namespace ImdsProxy.Audit.Write;

/// <summary>
/// What a failed write left behind a segment's lines and could not be cut off. Its lines count as not written, so their numbers
/// are given again: beside a segment that has them too, the chain would pass for forked.
/// </summary>
/// <param name="Path">The segment.</param>
/// <param name="Length">The bytes of it that count. Where none does, it is removed.</param>
internal sealed record SegmentRemains(string Path, long Length)
{
    /// <summary>Whether there is anything to cut off. Looked for before it is cut: a file may not even be opened for that.</summary>
    public bool IsThere => new FileInfo(Path) is { Exists: true } segment && (segment.Length > Length || Length == 0);

    /// <summary>
    /// Cuts it off, by the segment's name: after some failures its handle is good for nothing. False where the segment is not
    /// there; throws where it can't be cut off.
    /// </summary>
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
            throw new IOException($"{Path} holds the remains of a failed write after its first {Length} bytes, which can't be cut off: {e.Message}", e);
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
