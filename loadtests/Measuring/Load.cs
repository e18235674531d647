namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The requests to send, and the number of connections.</summary>
/// <param name="Name">The name for tables.</param>
/// <param name="Connections">The number of connections. Each sends its next request when it has received a response.</param>
/// <param name="Targets">The targets, requested in turns. Several targets ensure that no two requests in flight are the same.</param>
internal sealed record Load(string Name, int Connections, IReadOnlyList<string> Targets)
{
    /// <summary>Whether each request uses a new connection.</summary>
    public bool ConnectionEach { get; init; }

    /// <summary>The share of responses with a status below 400: 1 for all, 0 for none.</summary>
    public double Good { get; init; } = 1;

    /// <summary>The stub's delay before each response, in ms.</summary>
    public int Latency { get; init; }

    /// <summary>The name with everything that distinguishes the load from others.</summary>
    public string FullName => $"{Name}, {Connections} connection{(Connections == 1 ? "" : "s")}{(ConnectionEach ? ", one request each" : "")}{(Latency > 0 ? $", IMDS takes {Latency} ms" : "")}";
}
