using System.Diagnostics;

namespace ImdsProxy.TestKit;

/// <summary>
/// Ends the processes of a topology, deletes its namespaces and its directory when the run is over, however it ends: a
/// shell waits for the end of its standard input, which the kernel closes also when this process is killed.
/// </summary>
public sealed class Reaper : IAsyncDisposable
{
    // Arguments: the directory to delete, then the namespaces.
    private const string Script = """
        trap '' INT TERM HUP
        cat >/dev/null
        dir=$1; shift
        for ns in "$@"; do
          for i in 1 2 3 4 5; do
            pids=$(ip netns pids "$ns" 2>/dev/null) || break
            [ -z "$pids" ] && break
            kill -9 $pids 2>/dev/null
          done
          ip netns del "$ns" 2>/dev/null
        done
        rm -rf "$dir"
        """;

    private readonly Process _process;

    /// <param name="directory">Deleted in the end.</param>
    /// <param name="namespaces">The network namespaces, deleted in the end with all that runs in them.</param>
    public Reaper(string directory, IEnumerable<string> namespaces) =>
        _process = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script, "reaper", directory, .. namespaces])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
