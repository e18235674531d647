namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The result of a program that has ended.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;
}
