using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>One concrete request of a set. Caller, request and answer can be copied into an example of a tests file.</summary>
internal sealed record WitnessJson(CallerJson Caller, string Request, AnswerJson? Answer)
{
    public static WitnessJson Of(Witness witness) => new(CallerJson.Of(witness.Pod), witness.Request.ToString(), AnswerJson.Of(witness.Answer));
}
