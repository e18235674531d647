namespace ImdsProxy.LoadTests.Peers;

/// <summary>Starts the load tests' own program again in another role.</summary>
internal static class OwnProgram
{
    public static string[] Command(string scenario, params string[] arguments) =>
        // If `dotnet` started this program, the program is an argument of dotnet. Otherwise the program is the process itself.
        Path.GetFileName(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(OwnProgram).Assembly.Location, scenario, .. arguments]
            : [Environment.ProcessPath!, scenario, .. arguments];
}
