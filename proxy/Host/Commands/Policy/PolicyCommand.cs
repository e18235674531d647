using System.CommandLine;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy</c>: the commands that check and explain a policy.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Check a policy and explain its decisions")
    {
        PolicyCheckCommand.Create(),
        PolicyExplainCommand.Create(),
        PolicySuggestCommand.Create(),
        PolicySimulateCommand.Create(),
    };
}
