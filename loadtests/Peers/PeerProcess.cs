using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>A process in one of the namespaces, with its children and their resource usage.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>Whether the process has ended unexpectedly.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The processor time that the process and its children have used. Linux counts in hundredths of a second.</summary>
    public TimeSpan ProcessorTime => Family().Aggregate(TimeSpan.Zero, (sum, id) => sum + TimeOf(id));

    /// <summary>The resident memory of all processes, in MB. Shared memory counts for each of them.</summary>
    public double ResidentMegabytes => Family().Sum(ResidentOf);

    /// <summary>The number of open file descriptors of all processes.</summary>
    public int Handles => Family().Sum(id => Directory.GetFiles($"/proc/{id}/fd").Length);

    public static PeerProcess Start(NetworkSpace space, IReadOnlyList<string> command)
    {
        // exec makes the peer itself the process. Its output is discarded, so that no reader of ours affects the measurement.
        string[] whole = space.In(["/bin/sh", "-c", "exec \"$@\" >/dev/null", "sh", .. command]);
        return new PeerProcess(Process.Start(new ProcessStartInfo(whole[0], whole[1..]) { UseShellExecute = false })!);
    }

    /// <summary>Waits until the process accepts connections.</summary>
    /// <exception cref="InvalidOperationException">The process ended or does not listen.</exception>
    public async Task ListensAsync(NetworkSpace from, string address, int port)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await IsOpenAsync(from, address, port))
        {
            if (HasEnded || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"nothing listens at {address}:{port}: {(HasEnded ? "the program has ended" : "the program still runs")}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static async Task<bool> IsOpenAsync(NetworkSpace from, string address, int port)
    {
        try
        {
            (await NamespaceConnection.OpenAsync(from, address, port)).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private IEnumerable<int> Family() => [_process.Id, .. Children()];

    private IEnumerable<int> Children() =>
        File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static TimeSpan TimeOf(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }

    private static double ResidentOf(int id)
    {
        var line = File.ReadLines($"/proc/{id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024d;
    }
}
