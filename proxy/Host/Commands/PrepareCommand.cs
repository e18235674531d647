using System.CommandLine;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands;

/// <summary>
/// <c>imds-proxy prepare</c>: creates the proxy's directories on the node. It runs as root with only CAP_CHOWN. The kubelet
/// creates such directories for root alone, and the image has no shell that could change the owner.
/// </summary>
internal static class PrepareCommand
{
    public static Command Create()
    {
        var directories = RepeatableFlag.Of("--directory", "A directory that the proxy must own; repeatable", text => text);
        var uid = Flag.Of("--uid", "User and group id that the proxy runs as", FlagValues.Count, "16254");
        var command = new Command("prepare", "Before the proxy starts, create directories that only the proxy's user can write to") { directories, uid };
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
