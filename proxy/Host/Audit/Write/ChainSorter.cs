using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>Hands lines to the writers of their chains, the reserve's first. One thread uses it.</summary>
/// <param name="requests">Writes what goes to no reserve.</param>
/// <param name="reserve">Writes the reserve, or null where there is none.</param>
/// <param name="mostBytes">The most that is written at once: what does not fit into a segment is divided.</param>
internal sealed class ChainSorter(ILineWriter requests, ILineWriter? reserve, long mostBytes = ChainSorter.LargestWrite)
{
    // Larger writes are no faster, and would keep as much memory.
    private const int LargestWrite = 256 << 10;

    private readonly List<PendingLine> _sorted = [];
    private readonly long _mostBytes = Math.Min(mostBytes, LargestWrite);

    /// <summary>Writes lines, each to its chain, and notes on each whether it is with the kernel.</summary>
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
