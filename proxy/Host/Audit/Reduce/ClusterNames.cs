using System.Text;

namespace ImdsProxy.Audit.Reduce;

/// <summary>Collects the names of the clusters that wrote lines. For use by one thread.</summary>
internal sealed class ClusterNames
{
    // The writer puts the cluster behind the time, the kind and the id or the event, before anything that a pod chose.
    private const int Head = 256;

    // One more than needed to refuse the log, whatever is in it.
    private const int MostNames = 4;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private byte[] _last = [];

    public IReadOnlySet<string> Names => _names;

    public void Add(ReadOnlySpan<byte> line)
    {
        var head = line[..Math.Min(line.Length, Head)];
        var member = ",\"cluster\":\""u8;
        if (head.IndexOf(member) is var place and >= 0)
        {
            var value = line[(place + member.Length)..];
            if (!value.StartsWith(_last) || _last.Length == 0)
            {
                Learn(value[..(Math.Max(value.IndexOf((byte)'"'), 0) + 1)]);
            }
        }
    }

    private void Learn(ReadOnlySpan<byte> quoted)
    {
        _last = quoted.ToArray();
        if (_names.Count < MostNames)
        {
            _names.Add(Encoding.UTF8.GetString(quoted[..^1]));
        }
    }
}
