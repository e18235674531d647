using System.Text.Json;
using ImdsProxy.Logs;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Logs;

// The console is shared by the whole process.
[CollectionDefinition(nameof(LoggingSetupTests), DisableParallelization = true)]
[Collection(nameof(LoggingSetupTests))]
public sealed partial class LoggingSetupTests : IDisposable
{
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly StringWriter _written = new();
    private readonly StringWriter _results = new();

    public LoggingSetupTests()
    {
        Console.SetError(_written);
        Console.SetOut(_results);
    }

    [Fact]
    public void ConsoleLog_OfAnEntry_IsOneLineOnStderr()
    {
        Write(LogFormat.Console);

        _written.ToString().ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning Tried: It was a b\n$");
        _results.ToString().ShouldBe("");
    }

    [Fact]
    public void JsonLog_OfAnEntry_IsOneObjectOnStderr()
    {
        Write(LogFormat.Json);

        var entry = JsonDocument.Parse(_written.ToString()).RootElement;
        entry.GetProperty("event").GetString().ShouldBe("Tried");
        entry.GetProperty("fields").GetProperty("What").GetString().ShouldBe("a\nb");
        _results.ToString().ShouldBe("");
    }

    [Fact]
    public void ForwarderLog_OmitsErrorsThatPodsCanCause()
    {
        Write(LogFormat.Console, "Yarp.ReverseProxy.Forwarder.HttpForwarder");

        _written.ToString().ShouldBe("");
    }

    public void Dispose()
    {
        Console.SetError(_error);
        Console.SetOut(_out);
        _written.Dispose();
        _results.Dispose();
    }

    // Disposing the factory waits until everything is written.
    private static void Write(LogFormat format, string category = "ImdsProxy.Test")
    {
        using var logs = LoggingSetup.Create(format, LogLevel.Information);
        Log.Tried(logs.CreateLogger(category), "a\nb");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, EventName = "Tried", Message = "It was {What}")]
        public static partial void Tried(ILogger logger, string what);
    }
}
