using System.CommandLine;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy</c>: the commands that check, test, compare and explain policies.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Check, test and compare policies, and explain their decisions")
    {
        PolicyCheckCommand.Create(),
        PolicyTestCommand.Create(),
        PolicyDiffCommand.Create(),
        PolicyWhoCanCommand.Create(),
        PolicyWhatCanCommand.Create(),
        PolicyExplainCommand.Create(),
        PolicySuggestCommand.Create(),
        PolicySimulateCommand.Create(),
    };
}
