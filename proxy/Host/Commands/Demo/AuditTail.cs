using System.Threading.Channels;
using ImdsProxy.Audit;

namespace ImdsProxy.Commands.Demo;

/// <summary>The audit log as it is written, line by line.</summary>
internal sealed class AuditTail : IRecordOutput
{
    private readonly Channel<AuditLine> _lines = Channel.CreateUnbounded<AuditLine>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<AuditLine> _read = [];

    /// <summary>What was read so far, oldest first.</summary>
    public IReadOnlyList<AuditLine> Read => _read;

    public void Write(ReadOnlySpan<byte> lines)
    {
        foreach (var range in lines.Split((byte)'\n'))
        {
            if (lines[range] is { IsEmpty: false } line)
            {
                _lines.Writer.TryWrite(AuditLine.Parse(line));
            }
        }
    }

    /// <summary>The next line.</summary>
    public async Task<AuditLine> NextAsync(CancellationToken cancellation)
    {
        var line = await _lines.Reader.ReadAsync(cancellation);
        _read.Add(line);
        return line;
    }

    /// <summary>The next line that is wanted; those before it are read too.</summary>
    public async Task<AuditLine> NextAsync(Func<AuditLine, bool> wanted, CancellationToken cancellation)
    {
        AuditLine line;
        do
        {
            line = await NextAsync(cancellation);
        }
        while (!wanted(line));
        return line;
    }
}
