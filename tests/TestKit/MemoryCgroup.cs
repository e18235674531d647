using System.Diagnostics;
using System.Globalization;

namespace ImdsProxy.TestKit;

/// <summary>
/// A memory cgroup with a limit, like a container's. Version 2 charges the kernel's socket buffers to the same limit. Version 1
/// counts them separately, and <see cref="UsedBytes"/> adds them.
/// </summary>
public sealed class MemoryCgroup : IDisposable
{
    private const string Version1 = "/sys/fs/cgroup/memory";
    private static readonly string[] Version2 = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

    private static int _made;

    private readonly DirectoryInfo _directory;
    private readonly bool _isVersion1;

    private MemoryCgroup(DirectoryInfo directory, bool isVersion1) => (_directory, _isVersion1) = (directory, isVersion1);

    /// <summary>
    /// The memory of the processes and their sockets, in bytes. Cached file pages do not count, because the kernel reclaims
    /// them before it refuses an allocation.
    /// </summary>
    public long UsedBytes => _isVersion1
        ? Read("memory.usage_in_bytes") - Stat("total_inactive_file", "total_active_file") + SocketBytes
        : Read("memory.current") - Stat("inactive_file", "active_file");

    /// <summary>The kernel's memory for the processes' sockets, in bytes.</summary>
    public long SocketBytes => _isVersion1 ? Read("memory.kmem.tcp.usage_in_bytes") : Stat("sock");

    /// <summary>Creates a memory cgroup, or returns null and the reason why that is not possible here.</summary>
    public static MemoryCgroup? TryCreate(long limit, out string why)
    {
        why = "";
        var name = $"imds-proxy-test-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
        try
        {
            if (File.Exists(Path.Combine(Version1, "memory.kmem.tcp.limit_in_bytes")))
            {
                var group = new MemoryCgroup(Directory.CreateDirectory(Path.Combine(Version1, name)), isVersion1: true);
                group.Write("memory.limit_in_bytes", limit);

                // The kernel counts only if there is a limit.
                group.Write("memory.kmem.tcp.limit_in_bytes", 1L << 40);
                return group;
            }

            foreach (var root in Version2.Where(static root => File.Exists(Path.Combine(root, "cgroup.subtree_control"))))
            {
                if (!File.ReadAllText(Path.Combine(root, "cgroup.controllers")).Split().Contains("memory", StringComparer.Ordinal))
                {
                    continue;
                }

                File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), "+memory");
                var group = new MemoryCgroup(Directory.CreateDirectory(Path.Combine(root, name)), isVersion1: false);
                group.Write("memory.max", limit);
                return group;
            }

            why = "there is no memory controller";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.Message;
        }

        return null;
    }

    /// <summary>Starts a program inside the cgroup: a shell enters the cgroup and execs the program.</summary>
    public ProcessStartInfo Inside(ProcessStartInfo program)
    {
        string[] arguments = ["-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(_directory.FullName, "cgroup.procs"), program.FileName, .. program.ArgumentList];
        return new ProcessStartInfo("/bin/sh", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = program.RedirectStandardOutput,
            RedirectStandardError = program.RedirectStandardError,
        };
    }

    /// <summary>Removes the cgroup. Its processes must have ended.</summary>
    public void Dispose()
    {
        try
        {
            _directory.Delete();
        }
        catch (IOException)
        {
            // The kernel has not finished removing a killed process. Only an empty directory remains.
        }
    }

    private void Write(string file, long value) =>
        File.WriteAllText(Path.Combine(_directory.FullName, file), value.ToString(CultureInfo.InvariantCulture));

    private long Read(string file) =>
        long.Parse(File.ReadAllText(Path.Combine(_directory.FullName, file)), CultureInfo.InvariantCulture);

    private long Stat(params string[] names) => File.ReadLines(Path.Combine(_directory.FullName, "memory.stat"))
        .Select(static line => line.Split(' '))
        .Where(fields => names.Contains(fields[0], StringComparer.Ordinal))
        .Sum(static fields => long.Parse(fields[1], CultureInfo.InvariantCulture));
}
