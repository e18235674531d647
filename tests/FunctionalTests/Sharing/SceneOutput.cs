using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Write;
using Microsoft.Extensions.Logging;

namespace ImdsProxy.FunctionalTests.Sharing;

/// <summary>Keeps everything that a proxy writes: its audit records, and its log messages with their exceptions.</summary>
internal sealed class SceneOutput : IRecordOutput, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _records = new();
    private readonly ConcurrentQueue<string> _logs = new();

    public string Text => string.Join('\n', _records.Concat(_logs));

    public IReadOnlyList<JsonNode> Requests =>
        [.. _records.Where(line => line.Contains("\"kind\":\"request\"", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line)!)];

    public int Count(string part) => _records.Count(line => line.Contains(part, StringComparison.Ordinal));

    public void Write(ReadOnlySpan<byte> lines)
    {
        foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _records.Enqueue(line);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logs.Enqueue($"{eventId.Name} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
