using System.CommandLine;
using ImdsProxy.Redirect;

namespace ImdsProxy.Commands.Redirect;

/// <summary><c>redirect apply | check | watch | remove</c>: the iptables rules that send pods' requests to the proxy.</summary>
internal static class RedirectCommand
{
    public static Command Create()
    {
        var flags = new RedirectFlags();
        return new Command("redirect", "Manage the iptables rules that send pods' requests to the proxy.")
        {
            Subcommand("apply", "Put the rules in place once.", flags, [flags.AddRules, flags.AddChange], RedirectActions.ApplyAsync),
            Subcommand("check", "Report whether every rule is in place and effective, and what is missing.", flags, [flags.AddRules], RedirectActions.CheckAsync),
            Subcommand("watch", "Put the rules in place and keep them there.", flags, [flags.AddRules, flags.AddChange, flags.AddWatch], RedirectActions.WatchAsync),
            Subcommand("remove", "Remove the rules.", flags, [flags.AddRemove], RedirectActions.RemoveAsync),
        };
    }

    private static Command Subcommand(
        string name,
        string description,
        RedirectFlags flags,
        Action<Command>[] add,
        Func<RedirectSettings, RedirectServices, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        flags.AddToAll(command);
        foreach (var addFlags in add)
        {
            addFlags(command);
        }

        command.SetAction((parsed, cancellation) => RedirectRunner.RunAsync(flags, parsed, action, cancellation));
        return command;
    }
}
