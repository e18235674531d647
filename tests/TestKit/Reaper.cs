using System.Diagnostics;

namespace ImdsProxy.TestKit;

/// <summary>
/// Ends a topology's processes and deletes its namespaces and its directory, however the run ends. A shell waits for the
/// end of its standard input, which the kernel closes even if this process is killed.
/// </summary>
public sealed class Reaper : IAsyncDisposable
{
    // Arguments: the directory to delete, followed by the namespaces.
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

    /// <param name="directory">The directory to delete.</param>
    /// <param name="namespaces">The network namespaces to delete, with all programs that run in them.</param>
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
