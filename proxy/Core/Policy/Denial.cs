using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>The policy's no to one request.</summary>
public sealed class Denial : Decision
{
    internal Denial(Caller caller, ImdsRequest request, Reason reason, string? rule, PolicyMode mode, bool quiet = false)
        : base(caller, request, reason, rule, mode) =>
        Quiet = quiet;

    /// <summary>Whether the rule asks for quiet: recorded, but no Event and no alert.</summary>
    public bool Quiet { get; }

    /// <summary>What whoever answers it keeps of its answer: a pod that asks the same again is given the same denial.</summary>
    public object? KeptAnswer { get; set; }
}
