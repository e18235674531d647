using ImdsProxy.Identify;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Serving;

/// <summary>The tasks that keep the inputs of decisions current: the policy, the callers and the override.</summary>
/// <param name="options">The files to follow.</param>
/// <param name="policy">Takes the policy of a file.</param>
/// <param name="fileCallers">Takes the callers of a file.</param>
/// <param name="cluster">The parts that use the Kubernetes API, or null.</param>
/// <param name="modeOverride">The break glass, or null.</param>
/// <param name="release">Detects that the release is being uninstalled, or null.</param>
/// <param name="time">The clock.</param>
/// <param name="logging">Creates the loggers.</param>
internal sealed class DecisionFollowers(
    ServeOptions options,
    ActivePolicy policy,
    FileCallers fileCallers,
    ClusterParts? cluster,
    ModeOverride? modeOverride,
    ReleaseEnd? release,
    TimeProvider time,
    ILoggerFactory logging)
{
    /// <summary>
    /// Starts the tasks. Waits until each file has been read once, so that the files apply to the first request. Does not wait for the
    /// API server, which may be unavailable for long. Until the API server answers, the policy kept on this node applies. Without a kept policy, everything is denied.
    /// </summary>
    public async Task StartAsync(Followers followers, CancellationToken cancellation)
    {
        if (modeOverride is not null)
        {
            await modeOverride.LookAsync();
            followers.Start(modeOverride.RunAsync);
        }

        if (release is not null)
        {
            followers.Start(ending => release.RunAsync(() => cluster?.ForgetAsync(ending) ?? Task.CompletedTask, ending));
        }

        if (cluster is not null)
        {
            await cluster.RestoreAsync();
            followers.Start(cluster.RunAsync);
        }

        await Task.WhenAll(ReadPolicyAsync(followers), ReadCallersAsync(followers)).WaitAsync(cancellation);
    }

    private Task ReadPolicyAsync(Followers followers) => options.PolicyPath is { } path
        ? followers.StartAsync(new PolicyFile(path, policy, time, logging.CreateLogger<PolicyFile>()).RunAsync)
        : Task.CompletedTask;

    private Task ReadCallersAsync(Followers followers) => options.CallersPath is { } path
        ? followers.StartAsync(new CallersFileFollower(path, fileCallers, time, logging.CreateLogger<CallersFileFollower>()).RunAsync)
        : Task.CompletedTask;
}
