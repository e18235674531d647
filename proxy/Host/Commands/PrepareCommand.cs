using System.CommandLine;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands;

/// <summary>
/// <c>imds-proxy prepare</c>: gives the proxy its directories on the node, as root with the right to change owners and no
/// other. Kubelet makes such directories for root alone, and the image has no shell to do it with.
/// </summary>
internal static class PrepareCommand
{
    public static Command Create()
    {
        var directories = RepeatableFlag.Of("--directory", "A directory that the proxy shall own, repeatable", text => text);
        var uid = Flag.Of("--uid", "The user and group that the proxy runs as", FlagValues.Count, "16254");
        var command = new Command("prepare", "Make directories that only the proxy's user can write, before it starts") { directories, uid };
        command.SetAction(async (parsed, _) => await RunAsync(parsed.GetValue(directories), parsed.GetValue(uid), Console.Error));
        return command;
    }

    internal static async Task<int> RunAsync(IReadOnlyList<string> directories, int uid, TextWriter errors)
    {
        foreach (var directory in directories)
        {
            try
            {
                new NodeDirectory(directory).GiveTo((uint)uid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await errors.WriteLineAsync($"imds-proxy: {e.Message}");
                return ExitCode.Failed;
            }
        }

        return ExitCode.Good;
    }
}
