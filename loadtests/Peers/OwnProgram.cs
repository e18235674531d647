namespace ImdsProxy.LoadTests.Peers;

/// <summary>The load tests' own program, started once more as something else.</summary>
internal static class OwnProgram
{
    public static string[] Command(string scenario, params string[] arguments) =>
        // Started by `dotnet`, the program is an argument of it; else it is itself.
        Path.GetFileName(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(OwnProgram).Assembly.Location, scenario, .. arguments]
            : [Environment.ProcessPath!, scenario, .. arguments];
}
