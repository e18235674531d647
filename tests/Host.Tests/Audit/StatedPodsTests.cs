using ImdsProxy.Audit.Pods;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class StatedPodsTests
{
    private readonly ManualTime _time = new();
    private readonly StatedPods _pods;

    public StatedPodsTests() => _pods = new StatedPods(_time);

    /// <summary>
    /// What happens to one pod, and the events that follow. A digit is a request by a pod with that label, <c>r</c> the same state sent
    /// again by the API server and a request, <c>s</c> a new segment, <c>+</c> 20 seconds, <c>t</c> the timer, <c>x</c> a failed write
    /// of the last event, <c>e</c> the end of the log.
    /// </summary>
    public static TheoryData<string, string, string> Scripts => new()
    {
        { "first request", "1", "1" },
        { "further requests", "111+1++++1", "1" },
        { "same state from the API server", "1r++++r", "1" },
        { "new segment", "1+++s1", "1 1" },
        { "new segment, no request", "1+++s", "1" },
        { "new segment within the minute", "1s1t++t+t", "1 1" },
        { "change", "1+++2", "1 2" },
        { "change within the minute", "1+2t+t+t2", "1 2" },
        { "change within the minute, seen again after it", "1+2+++2t", "1 2" },
        { "flood of changes: the last state wins", "1232323+3232+4+t", "1 4(skipped 9)" },
        { "change and back", "121+++t", "1 1(skipped 1)" },
        { "change and back, while a request with the old state ends", "1212+++t2", "1 2(skipped 1)" },
        { "many minutes of changes", "12+++t34+++t56+++t", "1 2 4(skipped 1) 6(skipped 1)" },
        { "end within the minute", "12e", "1 2" },
        { "end with nothing due", "1e", "1" },
        { "failed write", "1x11t1", "1 1" },
        { "failed write of a change", "1+++2x2t", "1 2 2" },
        { "failed write, then a change", "1x2", "1 2(skipped 1)" },
        { "change, then the write fails", "12xt", "1 2(skipped 1)" },
        { "change back, then the write fails", "121xt", "1 1(skipped 1)" },
        { "failed write, new segment", "1xst1", "1 1" },
        { "segments that begin all the time", "1s1s1s1+s1+s1+s1t", "1 1" },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Before_Script_StatesThePod(string name, string script, string expected) => string.Join(' ', Run(script)).ShouldBe(expected, name);

    [Theory]
    [InlineData("owner")]
    [InlineData("serviceAccount")]
    [InlineData("label")]
    public void Before_ChangeOfAnythingThatAPolicyMatches_StatesThePod(string what)
    {
        PodIdentity Pod(string changed) => new("shop", "web-0", "uid", changed == "serviceAccount" ? "b" : "a", changed == "owner" ? "b" : "a", [new("l", changed == "label" ? "b" : "a")]);
        _pods.Before(Pod(""), _time.GetUtcNow()).ShouldNotBeNull();
        _time.Advance(StatedPods.Interval);

        _pods.Before(Pod(what), _time.GetUtcNow()).ShouldNotBeNull().Skipped.ShouldBe(0);
    }

    [Fact]
    public void Before_ManyPods_AreStatedOnceEachAndForgottenInTime()
    {
        for (var n = 0; n < 20_000; n++)
        {
            _pods.Before(Pod($"uid-{n}", "1"), _time.GetUtcNow()).ShouldNotBeNull();
            _pods.Before(Pod($"uid-{n}", "2"), _time.GetUtcNow()).ShouldBeNull();
        }

        _time.Advance(StatedPods.Interval);
        _pods.TakeDue(_time.GetUtcNow(), isEnd: false).Count.ShouldBeInRange(1, 4096);
    }

    [Fact]
    public void Before_KnownPod_AllocatesNothing()
    {
        var pod = Pod("uid", "1");
        var moment = _time.GetUtcNow();
        _pods.Before(pod, moment);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 1000; n++)
        {
            _pods.Before(pod, moment);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static PodIdentity Pod(string uid, string label) => new("shop", "web-0", uid, "web", "Deployment/web", [new("version", label)]);

    private List<string> Run(string script)
    {
        List<PodSeen> seen = [];
        Dictionary<char, PodIdentity> states = [];
        PodIdentity? last = null;
        foreach (var step in script)
        {
            switch (step)
            {
                case '+':
                    _time.Advance(TimeSpan.FromSeconds(20));
                    break;
                case 's':
                    _pods.BeginSegment();
                    break;
                case 't' or 'e':
                    seen.AddRange(_pods.TakeDue(_time.GetUtcNow(), isEnd: step == 'e'));
                    break;
                case 'x':
                    _pods.TakeBack(seen[^1]);
                    break;
                default:
                    last = step == 'r' ? Pod("uid", last!.Labels["version"]) : states.TryGetValue(step, out var known) ? known : states[step] = Pod("uid", $"{step}");
                    seen.AddRange(_pods.Before(last, _time.GetUtcNow()) is { } due ? [due] : []);
                    break;
            }
        }

        return [.. seen.Select(static pod => $"{pod.Pod.Labels["version"]}{(pod.Skipped > 0 ? $"(skipped {pod.Skipped})" : "")}")];
    }
}
