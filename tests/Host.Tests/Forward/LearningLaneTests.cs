using System.Net;
using ImdsProxy.Forward.Limits;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Forward;

public sealed class LearningLaneTests : IDisposable
{
    private static readonly IPAddress Pod = IPAddress.Parse("10.244.0.11");

    private readonly ManualTime _time = new();
    private readonly Lane _lane;

    public LearningLaneTests() => _lane = new Lane(new LaneOptions { PerSecond = 4, Learns = true }, _time);

    public void Dispose() => _lane.Dispose();

    [Fact]
    public void TryJoin_BeforeAnyRefusal_IsGrantedAtOnce() => Granted(100).ShouldBe(100);

    [Fact]
    public void TryJoin_AfterARefusal_WaitsAndIsThenPaced()
    {
        Refuse();

        Granted(3).ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(3));

        // The number of one caller's requests per second, out of four for all callers.
        Granted(3).ShouldBe(2);
    }

    [Fact]
    public void TryJoin_AfterACalmMinute_IsGrantedAtOnceAgain()
    {
        Refuse();
        _time.Advance(TimeSpan.FromSeconds(61));

        Granted(100).ShouldBe(100);
    }

    [Fact]
    public void Refusal_WhileLimitsHold_NarrowsThem()
    {
        Refuse();
        _time.Advance(TimeSpan.FromSeconds(3));
        Refuse();
        _time.Advance(TimeSpan.FromSeconds(3));

        Granted(3).ShouldBe(1);
    }

    // Without a Retry-After from IMDS, the pause is one second.
    private void Refuse() => _lane.Heard(429, retryAfter: null);

    private int Granted(int asked)
    {
        var turns = Enumerable.Range(0, asked).Select(_ => _lane.TryJoin(Pod)!).ToList();
        var granted = turns.Count(turn => turn.State == TurnState.Granted);
        turns.ForEach(turn => turn.Dispose());
        return granted;
    }
}
