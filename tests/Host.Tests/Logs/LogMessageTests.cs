using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Logs;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Logs;

/// <summary>Writes every log message of the program, with values of every parameter type, under two cultures.</summary>
public sealed partial class LogMessageTests
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 21, 18, 30, 0, TimeSpan.FromHours(2));

    private static readonly MethodInfo[] Methods = [.. typeof(NodeProxy).Assembly.GetTypes()
        .Select(Closed)
        .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(static method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null)];

    public static TheoryData<string> Names => [.. Methods.Select(NameOf)];

    [Theory, MemberData(nameof(Names))]
    public void Message_UnderAnyCulture_IsTheSameWithIso8601Times(string name)
    {
        var method = Methods.Single(one => NameOf(one) == name);
        method.IsStatic.ShouldBeTrue("the test passes the logger itself");

        var invariant = Write(method, CultureInfo.InvariantCulture);
        Write(method, Foreign()).ShouldBe(invariant);

        AmericanDate().Matches(invariant).ShouldBeEmpty();
        var fields = JsonDocument.Parse(invariant).RootElement.GetProperty("fields");
        foreach (var time in method.GetParameters().Where(static parameter => parameter.ParameterType == typeof(DateTimeOffset)))
        {
            fields.EnumerateObject().Single(field => field.Name.Equals(time.Name, StringComparison.OrdinalIgnoreCase)).Value.GetString()
                .ShouldBe("2026-11-21T16:30:00.0000000Z");
        }
    }

    // The test must find the messages that it is about.
    [Fact]
    public void Messages_WithATime_AreTested() =>
        Methods.ShouldContain(static method => method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(DateTimeOffset)));

    private static string Write(MethodInfo method, CultureInfo culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            var log = new LineLogger();
            method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.ParameterType.IsAssignableTo(typeof(ILogger)) ? log : Sample(parameter.ParameterType))]);
            return log.Line;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static object? Sample(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(DateTimeOffset) ? Evening
        : type == typeof(DateTime) ? Evening.UtcDateTime
        : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(1234.5)
        : type == typeof(Exception) ? new InvalidOperationException("text")
        : type == typeof(double) ? 1234567.5
        : type == typeof(int) ? -1234567
        : type == typeof(long) ? -1234567L
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;

    // Invariant mode has no predefined cultures. This one uses signs that no other culture has.
    private static CultureInfo Foreign()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.DateTimeFormat.ShortDatePattern = "d. M. yyyy";
        culture.DateTimeFormat.LongTimePattern = "H'h'mm";
        culture.DateTimeFormat.TimeSeparator = ".";
        return culture;
    }

    // Types that are generic over a resource are closed over pods here.
    private static Type Closed(Type type) =>
        type is { ContainsGenericParameters: true, Name: "Log" or "Messages" } ? type.MakeGenericType([.. type.GetGenericArguments().Select(static _ => typeof(PodObject))]) : type;

    private static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.FullName!.Split('[')[0]}.{method.Name}({string.Join(", ", method.GetParameters().Select(static parameter => parameter.ParameterType.Name))})";

    [GeneratedRegex(@"\d{1,2}/\d{1,2}/\d{4}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AmericanDate();

    private sealed class LineLogger : ILogger
    {
        public string Line { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var writer = new StringWriter();
            new JsonLineFormatter(new ManualTime()).Write(new LogEntry<TState>(logLevel, "ImdsProxy.X", eventId, state, exception, formatter), null, writer);
            Line = writer.ToString();
        }
    }
}
