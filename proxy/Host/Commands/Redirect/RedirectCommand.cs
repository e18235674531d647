using System.CommandLine;
using ImdsProxy.Redirect;

namespace ImdsProxy.Commands.Redirect;

/// <summary><c>redirect apply | check | watch | remove</c>: the iptables rules that bring pods' requests to the proxy.</summary>
internal static class RedirectCommand
{
    public static Command Create()
    {
        var flags = new RedirectFlags();
        return new Command("redirect", "The iptables rules that bring pods' requests to the proxy.")
        {
            Subcommand("apply", "Puts the rules in place.", flags, [flags.AddRules, flags.AddChange], RedirectActions.ApplyAsync),
            Subcommand("check", "Tells whether every rule is there and effective, and what is missing.", flags, [flags.AddRules], RedirectActions.CheckAsync),
            Subcommand("watch", "Puts the rules in place and keeps them there.", flags, [flags.AddRules, flags.AddChange, flags.AddWatch], RedirectActions.WatchAsync),
            Subcommand("remove", "Takes the rules away.", flags, [flags.AddRemove], RedirectActions.RemoveAsync),
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
