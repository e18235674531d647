using ImdsProxy.Core.Audit;
using Microsoft.Extensions.ObjectPool;

namespace ImdsProxy.Audit.Write;

/// <summary>Lines that wait to be used again.</summary>
internal sealed class LinePool : PooledObjectPolicy<PendingLine>
{
    // More than wait for one write but in a storm.
    private const int MostKept = 256;

    private readonly AuditOrigin _origin;
    private readonly DefaultObjectPool<PendingLine> _lines;

    public LinePool(AuditOrigin origin)
    {
        _origin = origin;
        _lines = new DefaultObjectPool<PendingLine>(this, MostKept);
    }

    public PendingLine Take() => _lines.Get();

    public override PendingLine Create() => new(_origin, _lines);

    public override bool Return(PendingLine obj) => true;
}
