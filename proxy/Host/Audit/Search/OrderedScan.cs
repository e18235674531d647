namespace ImdsProxy.Audit.Search;

/// <summary>Runs a scan and delivers its lines in the order of <see cref="TimeOrder"/>.</summary>
internal static class OrderedScan
{
    public static async Task RunAsync(
        AuditScan scan, IReadOnlyList<ScanUnit> units, Func<ReadOnlyMemory<byte>, ValueTask> tell, Func<Task> flush, Func<bool> isMoreWanted, long mostWaitingBytes, CancellationToken cancellation)
    {
        var limits = TimeOrder.Limits(units);
        var order = new TimeOrder(tell, mostWaitingBytes);
        await scan.RunAsync(
            units,
            async (unit, block) =>
            {
                order.Begin(limits[unit]);
                while (block.Length > 0 && isMoreWanted())
                {
                    var end = block.Span.IndexOf((byte)'\n');
                    await order.AddAsync(block[..end]);
                    block = block[(end + 1)..];
                }

                await flush();
                return isMoreWanted();
            },
            cancellation);
        await order.EndAsync();
    }
}
