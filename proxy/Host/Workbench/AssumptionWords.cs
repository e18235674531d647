using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Names the modes that an answer assumes.</summary>
internal static class AssumptionWords
{
    /// <summary>The name in JSON.</summary>
    public static string Name(Assumption assumption) => assumption switch
    {
        Assumption.AsWritten => "as-written",
        Assumption.Override => "override",
        _ => "enforced",
    };

    /// <summary>The clause in a sentence for one assumption after the other.</summary>
    public static string Of(IEnumerable<Assumption> assumptions) => assumptions.Select(Of).ToList() switch
    {
        [.. var others, var last] when others.Count > 0 => $"{string.Join(", ", others)} and {last}",
        var one => one[0],
    };

    /// <summary>The clause in a sentence.</summary>
    public static string Of(Assumption assumption) => assumption switch
    {
        Assumption.AsWritten => "with the modes as written",
        Assumption.Override => "while break glass is active",
        _ => "with every rule enforced",
    };

    /// <summary>The pods that an answer is about, as the end of a sentence. The policy's <c>hostNetwork</c> counts in no answer with modes.</summary>
    public static string Scope(Assumption assumption) => assumption == Assumption.Enforced ? "" : ", for pods that are not on hostNetwork";
}
