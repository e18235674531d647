using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImdsProxy.Sources.Nodes.Answering;

/// <summary>Keeps the search on a node from harming the proxy that serves beside it, in the same container.</summary>
internal static class NodeLimits
{
    /// <summary>The most memory that a search takes, its program included.</summary>
    public const long SearchBytes = 64L << 20;

    // The rest of the 64 MiB is the program, its threads and buffers outside of the heap.
    private const ulong HeapBytes = 28UL << 20;

    /// <summary>Where a container sees its own cgroup.</summary>
    public const string Cgroup = "/sys/fs/cgroup";

    /// <summary>Bounds the heap, and gives way to the proxy: for the processor, and if memory runs out.</summary>
    public static void Apply()
    {
        AppContext.SetData("GCHeapHardLimit", HeapBytes);
        GC.RefreshMemoryLimit();
        try
        {
            using var process = Process.GetCurrentProcess();
            process.PriorityClass = ProcessPriorityClass.BelowNormal;

            // 1000 is the highest score (proc(5)). A process may raise its own.
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            // A stricter container forbids it. The bounds of time and memory hold all the same.
        }
    }

    /// <summary>
    /// Refuses a search for which the container has no memory left. The kernel kills the whole container if its limit is exceeded, so the
    /// search must not start.
    /// </summary>
    /// <param name="cgroup">The directory of the container's cgroup, of version 2 or 1.</param>
    /// <exception cref="IOException">There is no room.</exception>
    public static void CheckRoom(string cgroup = Cgroup)
    {
        if (Room(cgroup) is { } room && room < SearchBytes)
        {
            throw new IOException($"the proxy's container has only {Math.Max(0, room) >> 20} MiB of memory left, and a search may take {SearchBytes >> 20}: retry later, or raise proxy.resources.limits.memory");
        }
    }

    // Null without a limit. Cached file pages do not count, because the kernel reclaims them before it kills.
    private static long? Room(string cgroup) => File.Exists($"{cgroup}/memory.max")
        ? Read($"{cgroup}/memory.max") - Read($"{cgroup}/memory.current") + Cached($"{cgroup}/memory.stat", "inactive_file", "active_file")
        : Read($"{cgroup}/memory/memory.limit_in_bytes") - Read($"{cgroup}/memory/memory.usage_in_bytes") + Cached($"{cgroup}/memory/memory.stat", "total_inactive_file", "total_active_file");

    private static long? Read(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;

    private static long? Cached(string file, params string[] names) => File.Exists(file)
        ? File.ReadLines(file).Select(static line => line.Split(' ')).Where(fields => names.Contains(fields[0], StringComparer.Ordinal)).Sum(static fields => long.Parse(fields[1], CultureInfo.InvariantCulture))
        : null;
}
