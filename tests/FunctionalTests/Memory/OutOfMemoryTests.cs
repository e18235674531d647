using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

[Collection(LimitedProxy.Alone)]
public sealed class OutOfMemoryTests
{
    // The collector refuses allocations beyond this, far less than that many connections need. The value is hexadecimal; a
    // program that is compiled ahead ignores a value with the prefix 0x.
    private const string HeapLimit = "1800000";

    [Fact]
    public async Task OutOfMemory_EndsTheProcessWithOneLine()
    {
        await using var proxy = await LimitedProxy.StartAsync(HeapLimit, "--max-connections", "4096", "--max-connections-per-caller", "4096", "--max-headers", "1MiB");
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 1000)
            .Select(client => new HostileClient(proxy.EndPoint, LimitedProxy.Pod(client % LimitedProxy.Pods))
                .MisbehaveAsync(client % 2 == 0 ? Misbehaviour.HugeHead : Misbehaviour.NeverReads, new Random(client), end.Token))
            .ToList();

        (await proxy.EndAsync()).ShouldBe(1);
        proxy.Log.Split('\n').Count(static line => line.StartsWith("imds-proxy: out of memory:", StringComparison.Ordinal)).ShouldBe(1, proxy.Log);
        await end.CancelAsync();
        await Task.WhenAll(clients);
    }
}
