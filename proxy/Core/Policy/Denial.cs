using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>The policy's refusal of one request.</summary>
public sealed class Denial : Decision
{
    internal Denial(Caller caller, ImdsRequest request, Reason reason, string? rule, PolicyMode mode, bool quiet = false)
        : base(caller, request, reason, rule, mode) =>
        Quiet = quiet;

    /// <summary>Whether the rule is quiet: the denial is recorded, but raises no Event and no alert.</summary>
    public bool Quiet { get; }
}
