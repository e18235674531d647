using SharpFuzz;
using Xunit.Runner.InProc.SystemConsole;

namespace ImdsProxy.Fuzz;

/// <summary>
/// With a target only, serves afl-fuzz. With files too, runs each once, to repeat a finding. Without arguments, lists the
/// targets. Options, which start with a dash, a colon or an at sign, come from the test runner.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args.Length > 0 && args[0] is ['-' or ':' or '@', ..])
        {
            return await ConsoleRunner.Run(args);
        }

        if (args.Length == 0)
        {
            await Console.Out.WriteLineAsync(string.Join('\n', FuzzTargets.Names));
            return 0;
        }

        if (!FuzzTargets.Names.Contains(args[0], StringComparer.Ordinal))
        {
            await Console.Error.WriteLineAsync($"there is no target '{args[0]}'");
            return 2;
        }

        if (args.Length == 1)
        {
            var lazy = new Lazy<IFuzzTarget>(() => FuzzTargets.Make(args[0]));
            Fuzzer.Run(stream => Run(lazy.Value, stream));
            return 0;
        }

        var target = FuzzTargets.Make(args[0]);
        foreach (var path in args.Skip(1))
        {
            await Console.Out.WriteLineAsync($"{path}: {(target.Run(await File.ReadAllBytesAsync(path)) ? "accepted" : "refused")}");
        }

        return 0;
    }

    private static void Run(IFuzzTarget target, Stream stream)
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Run(input.ToArray());
    }
}
