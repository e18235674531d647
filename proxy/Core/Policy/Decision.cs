using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>The policy's decision on one request: a <see cref="Permit"/> or a <see cref="Denial"/>.</summary>
public abstract class Decision
{
    private protected Decision(Caller caller, ImdsRequest request, Reason reason, string? rule, PolicyMode mode)
    {
        Caller = caller;
        Request = request;
        Reason = reason;
        Rule = rule;
        Mode = mode;
    }

    public Caller Caller { get; }

    public ImdsRequest Request { get; }

    public Reason Reason { get; }

    /// <summary>The name of the rule that decided, or null if no rule did.</summary>
    public string? Rule { get; }

    /// <summary>The mode in force: the mode of the rule that decided, if it has its own, otherwise the caller's.</summary>
    public PolicyMode Mode { get; }
}
