using System.Text;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace ImdsProxy.Audit.Export;

/// <summary>
/// Sends the log's lines as OpenTelemetry logs, on a separate thread. Lines wait in a bounded queue until the receiver has
/// accepted them, so an unavailable receiver misses only the lines that do not fit. Those lines are counted.
/// </summary>
internal sealed partial class OtlpExport : IRecordObserver, IDisposable
{
    // Even with the attributes, a batch stays well below a collector's usual limit of 4 MiB per message. Sending takes about six
    // times as much memory as the lines, for their text, their attributes and the message.
    private const int BatchSize = 512;
    private const int BatchBytes = 1 << 20;

    // The timeout for a receiver that does not answer.
    private const int TimeoutMilliseconds = 5_000;

    // How long the thread may take to notice that its time limit has expired.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ExportQueue _queue;
    private readonly AuditLine _fields = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationTokenSource _patience = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly ILogger _logger;
    private readonly ResilientExporter _exporter;
    private readonly BatchLogRecordExportProcessor _processor;
    private readonly OpenTelemetryLoggerProvider _provider;
    private readonly ILogger _lines;
    private volatile bool _ending;

    public OtlpExport(Uri endpoint, string? node, long queueBytes, ILogger logger)
    {
        _logger = logger;
        _queue = new ExportQueue(queueBytes);
        var exporter = new OtlpLogExporter(Options(endpoint, _patience.Token));
        _exporter = new ResilientExporter(exporter);
        // The processor sends only when it is flushed, and never holds more than one batch.
        _processor = new BatchLogRecordExportProcessor(_exporter, BatchSize * 2, int.MaxValue, TimeoutMilliseconds * 2, BatchSize);
        // AddOpenTelemetry would bind the options to a configuration by reflection, and the program would carry all type converters
        // (docs/decisions/0037).
        _provider = new OpenTelemetryLoggerProvider(new FixedOptions(Telemetry(node)
            .AddProcessor(new ResourceOfExporter(exporter))
            .AddProcessor(new RecordTime())
            .AddProcessor(_processor)));
        _lines = _provider.CreateLogger("imds-proxy.audit");
        new Thread(Run) { IsBackground = true, Name = "audit-otlp" }.Start();
    }

    /// <summary>The number of lines that did not fit, or were not sent before the shutdown.</summary>
    public long Lost => _queue.Lost;

    public void Written(ReadOnlySpan<byte> lines)
    {
        _queue.Add(lines);
        if (_arrived.CurrentCount == 0)
        {
            _arrived.Release();
        }
    }

    /// <summary>Sends the waiting lines until the time limit expires, and stops the thread.</summary>
    public void Flush(TimeSpan patience)
    {
        _ending = true;
        _patience.CancelAfter(patience);
        _arrived.Release();
        if (!_ended.Wait(patience + Grace))
        {
            // The thread hangs in a call that cannot be cancelled.
            _queue.GiveUp();
        }
    }

    public void Dispose()
    {
        if (!_ended.IsSet)
        {
            // The thread hangs in a call that cannot be cancelled, such as a DNS query. It ends with the process.
            return;
        }

        _provider.Dispose();
        _processor.Dispose();
        _arrived.Dispose();
        _patience.Dispose();
        _ended.Dispose();
    }

    private static OpenTelemetryLoggerOptions Telemetry(string? node) => new OpenTelemetryLoggerOptions { IncludeFormattedMessage = true }
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("imds-proxy", autoGenerateServiceInstanceId: false, serviceInstanceId: node));

    private static OtlpExporterOptions Options(Uri endpoint, CancellationToken ended) => new()
    {
        Endpoint = endpoint,
        Protocol = OtlpExportProtocol.HttpProtobuf,
        TimeoutMilliseconds = TimeoutMilliseconds,
        HttpClientFactory = () => new HttpClient(new PatientHandler(ended)) { Timeout = TimeSpan.FromMilliseconds(TimeoutMilliseconds) },
    };

    private void Run()
    {
        var pause = ShortestPause;
        while (!_patience.IsCancellationRequested)
        {
            var batch = _queue.Peek(BatchSize, BatchBytes);
            if (batch.Length == 0 && _ending)
            {
                break;
            }

            if (batch.Length == 0)
            {
                _arrived.Wait();
            }
            else if (Send(batch))
            {
                Arrived(batch.Length, pause);
                pause = ShortestPause;
            }
            else
            {
                pause = Wait(pause);
            }
        }

        _queue.GiveUp();
        _ended.Set();
    }

    private bool Send(byte[][] batch)
    {
        foreach (var line in batch)
        {
            _lines.Log(LogLevel.Information, default, new LineAttributes(_fields, line), null, (_, _) => Encoding.UTF8.GetString(line));
        }

        _processor.ForceFlush(TimeoutMilliseconds * 2);
        return _exporter.Await(batch.Length);
    }

    private void Arrived(int count, TimeSpan pause)
    {
        _queue.Remove(count);
        if (pause > ShortestPause)
        {
            Log.Recovered(_logger, _queue.Lost);
        }
    }

    private TimeSpan Wait(TimeSpan pause)
    {
        if (pause == ShortestPause)
        {
            Log.Failing(_logger);
        }

        _patience.Token.WaitHandle.WaitOne(pause);
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditExportFailing", Level = LogLevel.Warning, Message = "The OTLP receiver does not accept audit records. They wait in memory and are sent again.")]
        public static partial void Failing(ILogger logger);

        [LoggerMessage(EventName = "AuditExportRecovered", Level = LogLevel.Warning, Message = "The OTLP receiver accepts audit records again. It has missed {Lost} records since the start, which are in the directory or on stdout.")]
        public static partial void Recovered(ILogger logger, long lost);
    }
}
