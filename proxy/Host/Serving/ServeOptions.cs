using ImdsProxy.Audit.Settings;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.HostPods;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving.Cluster;

namespace ImdsProxy.Serving;

/// <summary>The options of <c>serve</c>. Each namespace defines the type of its own options.</summary>
internal sealed record ServeOptions
{
    /// <summary>The file of the policy; null if the policy comes from the cluster.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>The file of the callers; null if the callers come from the cluster.</summary>
    public string? CallersPath { get; init; }

    /// <summary>The parts that come from Kubernetes, or null.</summary>
    public ClusterOptions? Cluster { get; init; }

    /// <summary>The directory of the break-glass files, or null for none.</summary>
    public string? OverrideDirectory { get; init; }

    /// <summary>The file that tells the redirect whether the proxy is ready, or null for none.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>How callers in the node's network are told apart, or null if they are not.</summary>
    public HostPodsOptions? HostPods { get; init; }

    public ListenOptions Listen { get; init; } = new();

    public UpstreamOptions Upstream { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public SharingOptions Sharing { get; init; } = new();

    public EnforceOptions Enforce { get; init; } = new();

    public AnswerOptions Answers { get; init; } = new(null, TokenDenialForm.Forbidden);

    public AuditOptions Audit { get; init; } = new();

    public required ManagementOptions Management { get; init; }

    /// <summary>The time that requests in flight may take after the proxy receives the signal to end.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
