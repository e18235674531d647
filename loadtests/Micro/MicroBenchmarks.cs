using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace ImdsProxy.LoadTests.Micro;

/// <c>micro</c>: benchmarks identify, parse and decide with BenchmarkDotNet, for the time and memory of one request.
internal static class MicroBenchmarks
{
    private const int Warmups = 4;
    private const int Iterations = 6;

    private static HeldRequest? _held;

    /// <summary>The request whose headers all benchmarks use.</summary>
    public static HeldRequest Held => _held ?? throw new InvalidOperationException("No benchmark runs outside the scenario.");

    public static async Task<int> RunAsync(string[] args)
    {
        await using var held = await HeldRequest.ReceiveAsync();
        _held = held;
        var summaries = BenchmarkRunner.Run([typeof(StepBenchmarks), typeof(DecisionBenchmarks)], Config(args));
        foreach (var summary in summaries)
        {
            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        }

        return summaries.Any(static summary => summary.HasCriticalValidationErrors || summary.Reports.Any(static report => !report.Success)) ? 1 : 0;
    }

    // Runs in this process, which already has the proxy's settings. The project that BenchmarkDotNet would otherwise
    // generate and build for each run does not support such a new runtime.
    private static ManualConfig Config(string[] args) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(Warmups)
            .WithIterationCount(Iterations)
            .WithIterationTime(TimeInterval.FromMilliseconds(60)))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(args.Contains("--verbose", StringComparer.Ordinal) ? ConsoleLogger.Default : NullLogger.Instance)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "imds-proxy-micro"))
        .WithOptions(ConfigOptions.DisableLogFile);
}
