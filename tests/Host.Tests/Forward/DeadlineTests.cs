using ImdsProxy.Forward.Imds;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Forward;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Deadline_Expired_IsCancelled()
    {
        using var deadline = new Deadlines(TimeProvider.System).Take(TimeSpan.FromMilliseconds(1), CancellationToken.None);

        await Should.ThrowAsync<TaskCanceledException>(Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, deadline.Token));
    }

    [Fact]
    public void Deadline_WhoseCallerDisconnects_IsCancelled()
    {
        using var caller = new CancellationTokenSource();
        using var deadline = new Deadlines(TimeProvider.System).Take(Length, caller.Token);

        caller.Cancel();

        deadline.Token.IsCancellationRequested.ShouldBeTrue();
    }

    // The token that ended one request must never end another.
    [Fact]
    public void Deadline_AfterACancelledOne_IsNotCancelled()
    {
        var all = new Deadlines(TimeProvider.System);
        using var caller = new CancellationTokenSource();
        using (all.Take(Length, caller.Token))
        {
            caller.Cancel();
        }

        using var next = all.Take(Length, CancellationToken.None);

        next.Token.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void Deadline_Reused_IgnoresThePreviousCaller()
    {
        var all = new Deadlines(TimeProvider.System);
        using var before = new CancellationTokenSource();
        var first = all.Take(Length, before.Token);
        var token = first.Token;
        first.Dispose();
        using var next = all.Take(Length, CancellationToken.None);

        before.Cancel();

        next.Token.ShouldBe(token, "the same token source is reused");
        next.Token.IsCancellationRequested.ShouldBeFalse();
    }
}
