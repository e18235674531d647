using ImdsProxy.Core.Audit;
using Microsoft.Extensions.ObjectPool;

namespace ImdsProxy.Audit.Write;

/// <summary>Lines of one chain that wait to be used again.</summary>
internal sealed class LinePool : PooledObjectPolicy<PendingLine>
{
    // More than wait for one write but in a storm.
    private const int MostKept = 256;

    private readonly AuditOrigin _origin;
    private readonly bool _isReserve;
    private readonly DefaultObjectPool<PendingLine> _lines;

    public LinePool(AuditOrigin origin, bool isReserve)
    {
        _origin = origin;
        _isReserve = isReserve;
        _lines = new DefaultObjectPool<PendingLine>(this, MostKept);
    }

    public PendingLine Take() => _lines.Get();

    public override PendingLine Create() => new(_origin, _lines, _isReserve);

    public override bool Return(PendingLine obj) => true;
}
