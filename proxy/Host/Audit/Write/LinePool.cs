using ImdsProxy.Core.Audit;
using Microsoft.Extensions.ObjectPool;

namespace ImdsProxy.Audit.Write;

/// <summary>A pool of reusable lines of one chain.</summary>
internal sealed class LinePool : PooledObjectPolicy<PendingLine>
{
    // More lines than usually wait for one write.
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
