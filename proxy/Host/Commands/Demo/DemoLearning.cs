using ImdsProxy.Commands.Audit;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Sources;
using ImdsProxy.Sources.Files;

namespace ImdsProxy.Commands.Demo;

/// <summary>Turns the demo's own audit log into a policy, as <c>policy suggest</c> and <c>policy simulate</c> do, and shows the result.</summary>
internal sealed class DemoLearning(Screen screen, string log)
{
    /// <summary>Suggests what the policy lacks, and shows what it would change.</summary>
    /// <exception cref="FormatException">The log or the policy can't be used.</exception>
    public async Task<SuggestResult> PlayAsync(DemoPolicy policy, CancellationToken cancellation)
    {
        // The file differs from the policy in force by its mode.
        var written = PolicyLoader.Load(policy.In(PolicyMode.Audit)).Document!;
        var findings = await LogInput.ReadAsync(
            new FileSource([log], TimeProvider.System), new DemandRequest(AuditQuestion.Everything, PolicyLabels.Of(written)), TextWriter.Null, cancellation);
        var suggestion = PolicySuggestion.From(findings.Table, new SuggestOptions { Base = written });
        screen.Heading("$ imds-proxy policy suggest audit --base policy.json");
        LearningRows.Show(screen, suggestion, findings.Table);
        screen.Heading("$ imds-proxy policy simulate policy.json audit");
        LearningRows.Show(screen, PolicySimulation.Run(findings.Table, written));
        screen.Heading("…and with the suggestion beside it");
        LearningRows.Show(screen, PolicySimulation.Run(findings.Table, suggestion.Policy));
        return suggestion;
    }
}
