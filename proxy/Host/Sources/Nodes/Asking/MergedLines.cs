using System.Text;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>Merges lists of lines by time. Lines of the same time keep the order of their lists.</summary>
internal static class MergedLines
{
    public static IEnumerable<ReadOnlyMemory<byte>> Of(IReadOnlyList<IEnumerable<ReadOnlyMemory<byte>>> lists)
    {
        var next = new PriorityQueue<IEnumerator<ReadOnlyMemory<byte>>, (string Time, int Place)>(lists.Count, Comparer<(string Time, int Place)>.Create(Compare));
        for (var place = 0; place < lists.Count; place++)
        {
            Enqueue(lists[place].GetEnumerator(), place);
        }

        while (next.TryDequeue(out var lines, out var first))
        {
            yield return lines.Current;
            Enqueue(lines, first.Place);
        }

        void Enqueue(IEnumerator<ReadOnlyMemory<byte>> lines, int place)
        {
            if (lines.MoveNext())
            {
                next.Enqueue(lines, (Encoding.UTF8.GetString(LineTime.Of(lines.Current.Span)), place));
            }
            else
            {
                lines.Dispose();
            }
        }
    }

    private static int Compare((string Time, int Place) one, (string Time, int Place) other) =>
        string.CompareOrdinal(one.Time, other.Time) is var order and not 0 ? order : one.Place.CompareTo(other.Place);
}
