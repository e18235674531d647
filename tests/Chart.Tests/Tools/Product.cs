using ImdsProxy.TestKit;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>Runs the product as a process with the given input.</summary>
internal static class Product
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string input, params string[] arguments) =>
        await Program.RunAsync(ImdsProxyProgram.Command[0], [.. ImdsProxyProgram.Command[1..], .. arguments], input: input);
}
