using System.Threading.Channels;
using ImdsProxy.Audit.Write;

namespace ImdsProxy.Commands.Demo;

/// <summary>Receives the audit log line by line as it is written.</summary>
internal sealed class AuditTail : IRecordOutput
{
    private readonly Channel<DemoLine> _lines = Channel.CreateUnbounded<DemoLine>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<DemoLine> _read = [];

    /// <summary>The lines read so far, oldest first.</summary>
    public IReadOnlyList<DemoLine> Read => _read;

    public void Write(ReadOnlySpan<byte> lines)
    {
        foreach (var range in lines.Split((byte)'\n'))
        {
            if (lines[range] is { IsEmpty: false } line)
            {
                _lines.Writer.TryWrite(DemoLine.Parse(line));
            }
        }
    }

    /// <summary>Waits for the next line.</summary>
    public async Task<DemoLine> NextAsync(CancellationToken cancellation)
    {
        var line = await _lines.Reader.ReadAsync(cancellation);
        _read.Add(line);
        return line;
    }

    /// <summary>Waits for the next line that matches. Lines before it count as read.</summary>
    public async Task<DemoLine> NextAsync(Func<DemoLine, bool> wanted, CancellationToken cancellation)
    {
        DemoLine line;
        do
        {
            line = await NextAsync(cancellation);
        }
        while (!wanted(line));
        return line;
    }
}
