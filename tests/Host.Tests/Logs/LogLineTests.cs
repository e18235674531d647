using System.Text.Json;
using ImdsProxy.Logs;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Logs;

public sealed class LogLineTests
{
    private static readonly EventId Event = new(1, "PolicyLoaded");

    [Fact]
    public void ConsoleLine_OfAnEntry_HasTimeLevelEventAndMessage() =>
        Line(new ConsoleLineFormatter(new ManualTime()), "Policy 3f2a is in force").ShouldBe("2026-11-21T04:30:00.000Z information PolicyLoaded: Policy 3f2a is in force\n");

    [Fact]
    public void ConsoleLine_OfHostileText_StaysOneLine()
    {
        var line = Line(new ConsoleLineFormatter(new ManualTime()), "a\r\nb\u001b[31mc\u2028d\u202ee", new InvalidOperationException("x\ny"));

        line.Count(char.IsControl).ShouldBe(1);
        line.ShouldEndWith("\n");
        line.ShouldContain("a  b [31mc d e | System.InvalidOperationException: x y");
    }

    [Fact]
    public void JsonLine_OfHostileText_IsOneObjectOnOneLine()
    {
        var line = Line(new JsonLineFormatter(new ManualTime()), "a\n\"b\u001b", new InvalidOperationException("x\ny"));

        line.IndexOf('\n', StringComparison.Ordinal).ShouldBe(line.Length - 1);
        var entry = JsonDocument.Parse(line).RootElement;
        entry.GetProperty("ts").GetString().ShouldBe("2026-11-21T04:30:00.0000000Z");
        entry.GetProperty("level").GetString().ShouldBe("information");
        entry.GetProperty("event").GetString().ShouldBe("PolicyLoaded");
        entry.GetProperty("message").GetString().ShouldBe("a\n\"b\u001b");
        entry.GetProperty("exception").GetString().ShouldNotBeNull().ShouldContain("x\ny");
    }

    [Fact]
    public void JsonLine_OfAnEntryWithFields_HasThemSeparately()
    {
        using var writer = new StringWriter();
        KeyValuePair<string, object?>[] state = [new("level", "forged"), new("Revision", 3), new("{OriginalFormat}", "…")];
        new JsonLineFormatter(new ManualTime()).Write(
            new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Warning, "ImdsProxy.X", Event, state, null, (_, _) => "m"), null, writer);

        var entry = JsonDocument.Parse(writer.ToString()).RootElement;

        entry.GetProperty("level").GetString().ShouldBe("warning");
        entry.GetProperty("fields").GetRawText().ShouldBe("""{"level":"forged","Revision":"3"}""");
    }

    [Theory]
    [InlineData("ImdsProxy.Management.ManagementListener", LogLevel.Information, true)]
    [InlineData("ImdsProxy.Management.ManagementListener", LogLevel.Debug, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning, true)]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Information, false)]
    public void Create_AtInformation_LogsOwnCategoriesAndWarningsOfOthers(string category, LogLevel level, bool heard)
    {
        using var logs = LoggingSetup.Create(LogFormat.Console, LogLevel.Information);

        logs.CreateLogger(category).IsEnabled(level).ShouldBe(heard);
    }

    [Theory]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("information", LogLevel.Information)]
    [InlineData("none", LogLevel.None)]
    public void LogLevel_Named_IsParsed(string word, LogLevel level) => LoggingSetup.Level(word).ShouldBe(level);

    [Fact]
    public void LogFlags_Invalid_AreRefusedWithTheChoices()
    {
        Should.Throw<FormatException>(() => LoggingSetup.Level("loud")).Message.ShouldContain("warning");
        Should.Throw<FormatException>(() => LoggingSetup.Format("xml")).Message.ShouldContain("json");
    }

    private static string Line(ConsoleFormatter formatter, string message, Exception? exception = null)
    {
        using var writer = new StringWriter();
        formatter.Write(new LogEntry<string>(LogLevel.Information, "ImdsProxy.X", Event, message, exception, (state, _) => state), null, writer);
        return writer.ToString();
    }
}
