namespace ImdsProxy.LoadTests.Topology;

/// <summary>A network namespace of the topology, and what runs in it.</summary>
/// <param name="Name">Its name, unique on the machine.</param>
/// <param name="Address">The address by which others know it.</param>
internal sealed record NetworkSpace(string Name, string Address)
{
    public Task<string> MustAsync(params string[] command) => Programs.MustAsync(In(command));

    public Task<string> FeedAsync(string input, params string[] command) => Programs.MustAsync(In(command), input);

    /// <summary>The command that runs another in here; <c>ip</c> becomes that other, so the process is its own.</summary>
    public string[] In(params string[] command) => ["ip", "netns", "exec", Name, .. command];
}
