using ImdsProxy.Audit;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Listen;
using ImdsProxy.Operate;

namespace ImdsProxy.Commands.Serve;

/// <summary>All that <c>serve</c> can be told, each room's part as the room has it.</summary>
internal sealed record ServeOptions
{
    public required string PolicyPath { get; init; }

    public required string CallersPath { get; init; }

    public ListenOptions Listen { get; init; } = new();

    public UpstreamOptions Upstream { get; init; } = new();

    public EnforceOptions Enforce { get; init; } = new();

    public AnswerOptions Answers { get; init; } = new(null, TokenDenialForm.Forbidden);

    public AuditOptions Audit { get; init; } = new();

    public required ManagementOptions Management { get; init; }

    /// <summary>How long requests in flight may take once the proxy is told to end.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the pipeline is run through before the proxy says that it is ready.</summary>
    public bool WarmUp { get; init; } = true;
}
