namespace ImdsProxy.LoadTests.Topology;

/// <summary>A network namespace of the topology.</summary>
/// <param name="Name">The namespace's name, unique on the machine.</param>
/// <param name="Address">The address at which the other namespaces reach it.</param>
internal sealed record NetworkSpace(string Name, string Address)
{
    public Task<string> MustAsync(params string[] command) => Programs.MustAsync(In(command));

    public Task<string> FeedAsync(string input, params string[] command) => Programs.MustAsync(In(command), input);

    /// <summary>
    /// Returns the command that runs another one in this namespace. <c>ip</c> execs it, so the process is the command
    /// itself.
    /// </summary>
    public string[] In(params string[] command) => ["ip", "netns", "exec", Name, .. command];
}
