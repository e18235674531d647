namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>The product as a process: the build that the tests came with.</summary>
internal static class Product
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string input, params string[] arguments) =>
        await Program.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "imds-proxy.dll"), .. arguments], input: input);
}
