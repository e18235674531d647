using System.Diagnostics;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>What a command in a container does.</summary>
public abstract record FakeExecAnswer
{
    private FakeExecAnswer()
    {
    }

    /// <summary>It runs a program.</summary>
    public sealed record Program(ProcessStartInfo Start) : FakeExecAnswer;

    /// <summary>The connection opens, and nothing ever comes, as from a node that has stopped.</summary>
    public sealed record Hang : FakeExecAnswer;

    /// <summary>The pod has been deleted since the client listed it.</summary>
    public sealed record Gone : FakeExecAnswer;
}
