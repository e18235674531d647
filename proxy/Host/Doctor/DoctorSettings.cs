using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Kubernetes;
using ImdsProxy.Redirect;

namespace ImdsProxy.Doctor;

/// <summary>The settings of the doctor, from its own flags or those of the container's main process.</summary>
internal sealed record DoctorSettings
{
    public required RedirectSettings Redirect { get; init; }

    /// <summary>The address of the proxy's management listener.</summary>
    public required EndPoint Management { get; init; }

    /// <summary>The address of IMDS, as the proxy and the pods reach it.</summary>
    public Uri Upstream { get; init; } = new("http://169.254.169.254");

    /// <summary>How the API server is reached, or null if this place has no account.</summary>
    public KubeSettings? Kube { get; init; }

    /// <summary>Why <see cref="Kube"/> is null.</summary>
    public string? NoKube { get; init; }

    /// <summary>The namespace of the policy's ConfigMap and of break glass, or null if the policy is not in a ConfigMap.</summary>
    public string? Namespace { get; init; }

    /// <summary>The names of the ConfigMaps that the proxy watches.</summary>
    public ImmutableArray<string> ConfigMaps { get; init; } = [];

    /// <summary>Whether the proxy creates Events.</summary>
    public bool Events { get; init; } = true;

    /// <summary>Whether the proxy removes a startup taint.</summary>
    public bool StartupTaint { get; init; }

    public string? AuditDirectory { get; init; }

    public long AuditMaxBytes { get; init; } = 1L << 30;

    /// <summary>The version of the chart that started the container, or null.</summary>
    public string? ChartVersion { get; init; }

    /// <summary>Whether the redirect also intercepts pods on hostNetwork.</summary>
    public bool HostPods { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);
}
