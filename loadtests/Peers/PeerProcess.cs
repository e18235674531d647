using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>A process in one of the namespaces together with its children, and what they take of the machine.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>Whether it has ended, which nobody asked it to.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it and its children have had of the processors so far; Linux counts in hundredths of a second.</summary>
    public TimeSpan ProcessorTime => Family().Aggregate(TimeSpan.Zero, (sum, id) => sum + TimeOf(id));

    /// <summary>Resident memory of all, in MB; what they share counts for each.</summary>
    public double ResidentMegabytes => Family().Sum(ResidentOf);

    /// <summary>Open file descriptors of all.</summary>
    public int Handles => Family().Sum(id => Directory.GetFiles($"/proc/{id}/fd").Length);

    public static PeerProcess Start(NetworkSpace space, IReadOnlyList<string> command)
    {
        // exec, so that the process is the peer; what it writes goes nowhere, so that no reader of ours takes part.
        string[] whole = space.In(["/bin/sh", "-c", "exec \"$@\" >/dev/null", "sh", .. command]);
        return new PeerProcess(Process.Start(new ProcessStartInfo(whole[0], whole[1..]) { UseShellExecute = false })!);
    }

    /// <summary>Waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It ended, or does not listen.</exception>
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
