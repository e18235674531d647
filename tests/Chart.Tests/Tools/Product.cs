using ImdsProxy.TestKit;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The product as a process that is fed.</summary>
internal static class Product
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string input, params string[] arguments) =>
        await Program.RunAsync(ImdsProxyProgram.Command[0], [.. ImdsProxyProgram.Command[1..], .. arguments], input: input);
}
