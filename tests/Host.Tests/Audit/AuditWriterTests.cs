using System.Text.Json.Nodes;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class AuditWriterTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    // A written record keeps its number, whatever fails afterwards.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_AfterAFailedObserver_UsesNoNumberTwice(bool toDirectory)
    {
        var observer = new BreakableObserver();
        var options = new AuditOptions { Directory = toDirectory ? _directory.Path : null };
        var origin = new AuditOrigin(null, "node-1", "b7f1");
        using var writer = LogDirectory.Writer(options, origin, _directory.Stdout);
        writer.Observer = observer;
        writer.Write(Event("first")).ShouldBeTrue();
        observer.Broken = true;
        writer.Write(Event("second")).ShouldBeFalse();
        observer.Broken = false;
        writer.Write(Event("third")).ShouldBeTrue();

        var lines = (toDirectory ? File.ReadAllText(_directory.Segments.Single()) : _directory.Stdout.Text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(static line => (long)JsonNode.Parse(line)!["seq"]!).ShouldBe(Enumerable.Range(1, lines.Length).Select(static n => (long)n));
        lines[^1].ShouldContain("third");
    }

    private static AuditEvent Event(string name) => new(TimeProvider.System.GetUtcNow(), name, []);

    private sealed class BreakableObserver : IRecordObserver
    {
        public bool Broken { get; set; }

        public void Written(ReadOnlySpan<byte> lines)
        {
            if (Broken)
            {
                throw new InvalidOperationException("known for no observer");
            }
        }
    }
}
