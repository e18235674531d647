namespace ImdsProxy.LoadTests.Measuring;

/// <summary>What is asked, and by how many connections at a time.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Connections">Connections that ask at the same time, each again when it is answered.</param>
/// <param name="Targets">Asked in turns; several so that no two in flight are the same.</param>
internal sealed record Load(string Name, int Connections, IReadOnlyList<string> Targets)
{
    /// <summary>Whether each request has a connection of its own.</summary>
    public bool ConnectionEach { get; init; }

    /// <summary>How many of the answers have a status under 400: 1 all, 0 none.</summary>
    public double Good { get; init; } = 1;

    /// <summary>How long the stub waits before each answer, in ms.</summary>
    public int Latency { get; init; }

    /// <summary>The name with what else tells it from others.</summary>
    public string FullName => $"{Name}, {Connections} connection{(Connections == 1 ? "" : "s")}{(ConnectionEach ? ", one request each" : "")}{(Latency > 0 ? $", IMDS takes {Latency} ms" : "")}";
}
