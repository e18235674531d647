using System.Text;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

namespace ImdsProxy.Audit.Export;

/// <summary>
/// Sends the log's lines as OpenTelemetry logs, on a thread of its own. Lines wait in a bounded queue until their
/// receiver has taken them, so that one that is away loses nothing that fits; what does not is counted.
/// </summary>
internal sealed partial class OtlpExport : IRecordObserver, IDisposable
{
    // Well below a collector's usual limit of 4 MiB a message, with the attributes. Sending takes about six times as much memory
    // as the lines: their text, their attributes and the message.
    private const int BatchSize = 512;
    private const int BatchBytes = 1 << 20;

    // How long a receiver that does not answer holds up a batch.
    private const int TimeoutMilliseconds = 5_000;

    // For the thread to notice that the patience is over.
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
    private readonly ILoggerFactory _factory;
    private readonly ILogger _lines;
    private volatile bool _ending;

    public OtlpExport(Uri endpoint, string? node, long queueBytes, ILogger logger)
    {
        _logger = logger;
        _queue = new ExportQueue(queueBytes);
        _exporter = new ResilientExporter(new OtlpLogExporter(Options(endpoint, _patience.Token)));
        // It sends when it is told to; nothing but one batch is ever in it.
        _processor = new BatchLogRecordExportProcessor(_exporter, BatchSize * 2, int.MaxValue, TimeoutMilliseconds * 2, BatchSize);
        _factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(telemetry =>
        {
            telemetry.IncludeFormattedMessage = true;
            telemetry.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("imds-proxy", autoGenerateServiceInstanceId: false, serviceInstanceId: node));
            telemetry.AddProcessor(new RecordTime());
            telemetry.AddProcessor(_processor);
        }));
        _lines = _factory.CreateLogger("imds-proxy.audit");
        new Thread(Run) { IsBackground = true, Name = "audit-otlp" }.Start();
    }

    /// <summary>Lines that did not fit, or that the end came before.</summary>
    public long Lost => _queue.Lost;

    public void Written(ReadOnlySpan<byte> lines)
    {
        _queue.Add(lines);
        if (_arrived.CurrentCount == 0)
        {
            _arrived.Release();
        }
    }

    /// <summary>Sends what waits, for as long as the patience lasts, and ends.</summary>
    public void Flush(TimeSpan patience)
    {
        _ending = true;
        _patience.CancelAfter(patience);
        _arrived.Release();
        if (!_ended.Wait(patience + Grace))
        {
            // It hangs where nothing breaks it off.
            _queue.GiveUp();
        }
    }

    public void Dispose()
    {
        if (!_ended.IsSet)
        {
            // The thread hangs where nothing breaks it off, such as a name that is being looked up. It ends with the process.
            return;
        }

        _factory.Dispose();
        _processor.Dispose();
        _arrived.Dispose();
        _patience.Dispose();
        _ended.Dispose();
    }

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
        [LoggerMessage(EventName = "AuditExportFailing", Level = LogLevel.Warning, Message = "The OTLP receiver does not take audit records; they wait, and are sent again")]
        public static partial void Failing(ILogger logger);

        [LoggerMessage(EventName = "AuditExportRecovered", Level = LogLevel.Warning, Message = "The OTLP receiver takes audit records again; {Lost} were lost since the start, all of them in the directory or on stdout")]
        public static partial void Recovered(ILogger logger, long lost);
    }
}
