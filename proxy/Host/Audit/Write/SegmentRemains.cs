namespace ImdsProxy.Audit.Write;

/// <summary>
/// What a failed write left behind a segment's lines and could not be cut off. Its lines count as not written, so their numbers
/// are given again: beside a segment that has them too, the chain would pass for forked.
/// </summary>
/// <param name="Path">The segment.</param>
/// <param name="Length">The bytes of it that count. Where none does, it is removed.</param>
internal sealed record SegmentRemains(string Path, long Length)
{
    /// <summary>
    /// Cuts it off, by the segment's name: after some failures its handle is good for nothing. False where the segment is not
    /// there; throws where it can't be cut off.
    /// </summary>
    public bool TryCut()
    {
        try
        {
            using var segment = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.GetLength(segment) > Length)
            {
                RandomAccess.SetLength(segment, Length);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{Path} holds the remains of a failed write after its first {Length} bytes, which can't be cut off: {e.Message}", e);
        }

        if (Length == 0)
        {
            RemoveEmpty();
        }

        return true;
    }

    // One that stays says nothing, so that nothing is said twice.
    private void RemoveEmpty()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A directory that only takes more.
        }
    }
}
