using ImdsProxy.Doctor.Findings;
using ImdsProxy.Redirect.Kernel;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether rules of other programs take packets before the redirect does.</summary>
internal sealed class OtherRulesCheck(RulesReader reader) : ICheck
{
    public string Name => "other-rules";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        if (rules?.Check is not { } check)
        {
            return Finding.NotApplicable(reason ?? "The redirect can't be set up on this node (see backend).");
        }

        var others = OtherInterceptors.FindChains();
        string[] blockers = [.. check.Blockers, .. others.Blockers];
        string[] notes = [.. check.Notes, .. others.Notes];
        return blockers.Length > 0
            ? Finding.Broken("Rules of another program take pods' packets before the redirect does.", "Remove these rules, or give their chain a priority above -100; the program that owns them is named in each line.").Listing(blockers)
            : notes.Length > 0
                ? Finding.Warning("Rules of other programs come before the redirect's. Most of them do no harm.", "Check that a pod's request appears in the audit log; docs/redirect.md, \"Beside other software\", explains each line.").Listing(notes)
                : Finding.Good("No rule of another program comes before the redirect's.");
    }
}
