using ImdsProxy.Sources.Nodes.Answering;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Sources;

/// <summary>The room that a search needs beside the serving proxy.</summary>
public sealed class NodeLimitsTests : IDisposable
{
    private readonly DirectoryInfo _cgroup = Directory.CreateTempSubdirectory("cgroup-");

    public void Dispose() => _cgroup.Delete(recursive: true);

    // The chart's 256 MiB. Cached file pages are reclaimed, so they leave room.
    [Theory]
    [InlineData("268435456", 60, 0, null)]
    [InlineData("268435456", 192, 0, null)]
    [InlineData("268435456", 193, 0, "only 63 MiB")]
    [InlineData("268435456", 250, 100, null)]
    [InlineData("268435456", 237, 0, "only 19 MiB")]
    [InlineData("max", 5000, 0, null)]
    public void CheckRoom_OfAContainer_RefusesASearchThatMightExceedItsMemory(string limit, long usedMib, long cachedMib, string? refusal)
    {
        foreach (var version in (int[])[1, 2])
        {
            Write(version, limit, usedMib << 20, cachedMib << 20);
            if (refusal is null)
            {
                NodeLimits.CheckRoom(_cgroup.FullName);
            }
            else
            {
                Should.Throw<IOException>(() => NodeLimits.CheckRoom(_cgroup.FullName)).Message.ShouldContain(refusal);
            }
        }
    }

    [Fact]
    public void CheckRoom_WithoutACgroup_LetsTheSearchStart() => NodeLimits.CheckRoom(_cgroup.FullName);

    private void Write(int version, string limit, long used, long cached)
    {
        var folder = version == 1 ? _cgroup.CreateSubdirectory("memory").FullName : _cgroup.FullName;
        var (max, current, prefix) = version == 1 ? ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_") : ("memory.max", "memory.current", "");
        File.WriteAllText(Path.Combine(folder, max), (version == 1 && limit == "max" ? "9223372036854771712" : limit) + "\n");
        File.WriteAllText(Path.Combine(folder, current), $"{used}\n");
        File.WriteAllText(Path.Combine(folder, "memory.stat"), $"anon 1\n{prefix}inactive_file {cached / 2}\n{prefix}active_file {cached / 2}\n");
    }
}
