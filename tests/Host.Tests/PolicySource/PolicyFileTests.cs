using System.Collections.Concurrent;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.PolicySource;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.PolicySource;

public sealed class PolicyFileTests
{
    // Invalid content is read twice, half a second apart. The process may end in between.
    [Fact]
    public async Task Run_EndedDuringTheSecondReadOfBadContent_RefusesNothing()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "{");
        var observer = new Observer();
        var policy = new ActivePolicy(TimeProvider.System);
        policy.Observe(observer);
        var before = """{"version":1,"mode":"enforce","identities":{},"rules":[]}"""u8.ToArray();
        await policy.TakeAsync(PolicyLoader.Load(before), before, "before");
        policy.Current.ShouldNotBeNull();

        using var ending = new CancellationTokenSource();
        var first = new TaskCompletionSource();
        var run = new PolicyFile(path, policy, TimeProvider.System, NullLogger<PolicyFile>.Instance).RunAsync(first, ending.Token);
        await ending.CancelAsync();
        await run;
        File.Delete(path);

        first.Task.IsCompleted.ShouldBeTrue();
        observer.Refused.ShouldBeEmpty();
    }

    private sealed class Observer : IPolicyObserver
    {
        public ConcurrentQueue<string> Refused { get; } = new();

        public Task RefusedAsync(PolicyLoad load, string source)
        {
            Refused.Enqueue(load.Revision);
            return Task.CompletedTask;
        }
    }
}
