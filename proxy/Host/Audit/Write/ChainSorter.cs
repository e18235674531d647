using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>Passes lines to the writers of their chains, beginning with the reserve. For use by one thread.</summary>
/// <param name="requests">Writes the lines that do not go to the reserve.</param>
/// <param name="reserve">Writes the reserve, or null if there is no reserve.</param>
/// <param name="mostBytes">The maximum size of one write. Larger groups of lines are divided, because they must fit into a segment.</param>
internal sealed class ChainSorter(ILineWriter requests, ILineWriter? reserve, long mostBytes = ChainSorter.LargestWrite)
{
    // Larger writes are not faster, and their buffers would take more memory.
    private const int LargestWrite = 256 << 10;

    private readonly List<PendingLine> _sorted = [];
    private readonly long _mostBytes = Math.Min(mostBytes, LargestWrite);

    /// <summary>Writes each line to its chain, and sets the state of each line.</summary>
    public void Write(ReadOnlySpan<PendingLine> lines)
    {
        if (AreOfOneChain(lines))
        {
            WriteTo(lines);
            return;
        }

        WriteThoseOf(isReserve: true, lines);
        WriteThoseOf(isReserve: false, lines);
    }

    private static bool AreOfOneChain(ReadOnlySpan<PendingLine> lines)
    {
        foreach (var line in lines)
        {
            if (line.IsReserve != lines[0].IsReserve)
            {
                return false;
            }
        }

        return true;
    }

    private void WriteThoseOf(bool isReserve, ReadOnlySpan<PendingLine> lines)
    {
        _sorted.Clear();
        foreach (var line in lines)
        {
            if (line.IsReserve == isReserve)
            {
                _sorted.Add(line);
            }
        }

        WriteTo(CollectionsMarshal.AsSpan(_sorted));
        _sorted.Clear();
    }

    private void WriteTo(ReadOnlySpan<PendingLine> lines)
    {
        while (!lines.IsEmpty)
        {
            var count = Fitting(lines);
            (lines[0].IsReserve ? reserve! : requests).Write(lines[..count]);
            lines = lines[count..];
        }
    }

    private int Fitting(ReadOnlySpan<PendingLine> lines)
    {
        var count = 1;
        for (long bytes = lines[0].MostLength; count < lines.Length && (bytes += lines[count].MostLength) <= _mostBytes;)
        {
            count++;
        }

        return count;
    }
}
