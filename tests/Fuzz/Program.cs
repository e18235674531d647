using SharpFuzz;

namespace ImdsProxy.Fuzz;

/// <summary>Without a file, serves afl-fuzz; with files, runs each once, which repeats a finding; without anything, lists the targets.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            Console.WriteLine(string.Join('\n', FuzzTargets.Names));
            return 0;
        }

        if (!FuzzTargets.Names.Contains(args[0], StringComparer.Ordinal))
        {
            Console.Error.WriteLine($"there is no target '{args[0]}'");
            return 2;
        }

        if (args.Length == 1)
        {
            var lazy = new Lazy<IFuzzTarget>(() => FuzzTargets.Make(args[0]));
            Fuzzer.Run(stream => Run(lazy.Value, stream));
            return 0;
        }

        var target = FuzzTargets.Make(args[0]);
        foreach (var path in args.AsSpan(1))
        {
            Console.WriteLine($"{path}: {(target.Run(File.ReadAllBytes(path)) ? "accepted" : "refused")}");
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
