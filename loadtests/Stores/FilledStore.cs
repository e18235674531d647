using System.Buffers;
using ImdsProxy.TestKit.Stores;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>Fills a table with lines of the last three days.</summary>
/// <param name="engine">The engine.</param>
/// <param name="database">The database with the table.</param>
/// <param name="rows">The number of lines.</param>
internal sealed class FilledStore(ClickHouseEngine engine, string database, long rows)
{
    private const int Batch = 100_000;

    private static readonly TimeSpan Range = TimeSpan.FromDays(3);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly StoredFleet _fleet = new();
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow() - Range;

    /// <summary>Inserts the lines, generating a batch while the engine stores the one before.</summary>
    /// <returns>The processor time of the engine.</returns>
    public async Task<TimeSpan> FillAsync()
    {
        var (lines, others, before) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>(), engine.Processor);
        Generate(lines, Size(0));
        for (var stored = 0L; stored < rows; stored += Batch)
        {
            var next = Task.Run(() => Generate(others, Size(stored + Batch)));
            await engine.InsertAsync(database, lines.WrittenMemory);
            await next;
            (lines, others) = (others, lines);
        }

        return engine.Processor - before;
    }

    /// <summary>Waits until the engine has merged as many parts as it wants to.</summary>
    public async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 3; quiet++)
        {
            await Task.Delay(Pause, TimeProvider.System);
            quiet = await CountAsync("count() FROM system.merges") == 0 ? quiet : -1;
        }
    }

    /// <summary>The bytes of the table on disk.</summary>
    public Task<long> BytesAsync() => CountAsync($"sum(bytes_on_disk) FROM system.parts WHERE active AND database = '{database}' AND table = 'imds_audit'");

    /// <summary>The bytes of the lines, on disk or uncompressed.</summary>
    public Task<long> LineBytesAsync(bool isOnDisk) => CountAsync($"sum({(isOnDisk ? "column_bytes_on_disk" : "column_data_uncompressed_bytes")}) FROM system.parts_columns WHERE active AND database = '{database}' AND table = 'imds_audit' AND column = 'line'");

    /// <summary>The parts of the table.</summary>
    public Task<long> PartsAsync() => CountAsync($"count() FROM system.parts WHERE active AND database = '{database}' AND table = 'imds_audit'");

    private int Size(long stored) => (int)Math.Min(Batch, rows - stored);

    // The range ends when the last line is stored, so that "the last hour" is an hour of lines however long it all takes.
    private void Generate(ArrayBufferWriter<byte> lines, int count)
    {
        var range = TimeProvider.System.GetUtcNow() - _start;
        lines.ResetWrittenCount();
        _fleet.Append(lines, count, row => _start + (range * ((double)row / rows)));
    }

    private async Task<long> CountAsync(string what) => long.Parse(await engine.RunAsync("default", $"SELECT {what}"), System.Globalization.CultureInfo.InvariantCulture);
}
