using ImdsProxy.TestKit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A network namespace of a topology, and the programs that run in it.</summary>
/// <param name="Name">The namespace's name, unique on the machine.</param>
/// <param name="Address">The address at which the other namespaces reach it.</param>
internal sealed record NetworkSpace(string Name, string Address)
{
    private static readonly string[] Client = ["dotnet", Path.Combine(AppContext.BaseDirectory, "network-client.dll")];

    public Task<Finished> RunAsync(params string[] command) => Programs.RunAsync(In(command));

    public Task<string> MustAsync(params string[] command) => Programs.MustAsync(In(command));

    public Task<string> FeedAsync(string input, params string[] command) => Programs.MustAsync(In(command), input);

    /// <summary>Runs <c>imds-proxy</c> until it exits.</summary>
    public Task<Finished> ImdsProxyAsync(params string[] arguments) => RunAsync([.. ImdsProxyProgram.Command, .. arguments]);

    /// <summary>Starts <c>imds-proxy</c>.</summary>
    public RunningProgram StartImdsProxy(params string[] arguments) => Start([.. ImdsProxyProgram.Command, .. arguments]);

    /// <summary>Runs one of the clients until it exits.</summary>
    public Task<Finished> ClientAsync(params string[] arguments) => RunAsync([.. Client, .. arguments]);

    public RunningProgram StartClient(params string[] arguments) => Start([.. Client, .. arguments]);

    public RunningProgram Start(params string[] command) => new(Programs.Start(In(command)), string.Join(' ', command));

    private string[] In(string[] command) => ["ip", "netns", "exec", Name, .. command];
}
