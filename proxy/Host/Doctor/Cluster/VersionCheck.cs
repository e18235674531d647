using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>Whether this container's program and the chart that started it have the same version.</summary>
/// <param name="place">Where the doctor runs.</param>
/// <param name="program">The version of this program.</param>
/// <param name="chart">The version that the chart was made for, or null if no chart started this container.</param>
internal sealed class VersionCheck(Place place, string program, string? chart) : ICheck
{
    public string Name => "versions";

    // Each container compares itself with the chart. If both agree with it, they agree with each other.
    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(
        chart is null ? Finding.NotApplicable("No chart started this process, so there is no version to compare with.")
        : chart == program ? Finding.Good($"The {What} and the chart both have version {program}.")
        : Finding.Warning(
            $"The {What} has version {program}, and the chart is made for {chart}.",
            $"Upgrade the release with the images of the chart's version (image.proxy.tag, image.redirect.tag), or with the chart of version {program}."));

    private string What => place.Container is { } container ? $"container {container}" : "program";
}
