using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Explaining;

namespace ImdsProxy.Explain;

/// <summary>Writes an explanation as text: the decision, the rules, and the permission that would allow the request.</summary>
internal static class ExplanationText
{
    public static void Write(Explanation explanation, TextWriter output)
    {
        output.WriteLine(Verdict(explanation));
        output.WriteLine($"  {Who(explanation)}");
        output.WriteLine($"  {explanation.Request}");
        output.WriteLine($"  mode {Mode(explanation)}, policy {explanation.Policy.Revision}");
        if (explanation.Decision is Permit permit)
        {
            WriteChanges(permit, output);
        }

        WriteRules(explanation, output);
        if (explanation.Hint is { } hint)
        {
            WriteHint(hint, output);
        }
    }

    private static string Verdict(Explanation explanation) => explanation switch
    {
        { Decision: null } => "rejected: without 'Metadata: true' the caller gets IMDS's own error, status 400; nothing is sent to IMDS",
        { Decision: Denial denial } => $"denied: {Why(denial, explanation)}",
        { Decision: Permit { Shadow: { } shadow } } => $"would be denied: {Why(shadow, explanation)}; audit mode still sends it{Waits(explanation)}",
        { Decision: var permit } => $"permitted by rule {permit.Rule}{Waits(explanation)}",
    };

    // Describes changes to a permitted request and its answer. Audit mode only reports them.
    private static void WriteChanges(Permit permit, TextWriter output)
    {
        if (permit.Pin is { } pin)
        {
            output.WriteLine(permit.IsPinned ? $"  sent as {pin}: {permit.Request}" : $"  would be sent as {pin} if enforced");
        }

        if (permit.View is { } view)
        {
            output.WriteLine(permit.IsRedacted ? $"  answer filter: {view}" : $"  answer filter if enforced: {view}");
        }
    }

    private static string Waits(Explanation explanation) =>
        explanation.WaitsForAnswer ? "; the identity in IMDS's answer is checked before the credential is passed on" : "";

    private static string Why(Denial denial, Explanation explanation) => denial.Reason switch
    {
        Reason.DenyRule => $"rule {denial.Rule} denies it, which overrides every allow",
        Reason.NoRule => "no rule allows it",
        Reason.UnknownEndpoint => "IMDS is not known to have this path, and no rule allows it",
        Reason.UnknownParameter => "the request has a parameter that IMDS is not known to accept, and no rule allows it",
        Reason.PinAmbiguous => "the rules that allow it pin different identities",
        Reason.BadRequest => $"it carries {denial.Request.RelayedBy}, which marks a relayed request",
        Reason.CallerUnknown => $"no known pod has the address {explanation.Address}{Could(denial)}",
        Reason.CallerAmbiguous => $"more than one pod has the address {explanation.Address}{Could(denial)}",
        _ => denial.Reason.Name(),
    };

    private static string Could(Denial denial) => denial.Rule is null ? "" : $", and rule {denial.Rule} might apply to it";

    private static string Who(Explanation explanation) => explanation.Caller is Caller.Pod { Identity: var pod }
        ? $"pod {pod}, service account {pod.ServiceAccount}{(pod.Owner is null ? "" : $", {pod.Owner}")}, {(explanation.Caller.IsOnHost ? "on hostNetwork" : explanation.Address)}"
        : $"{explanation.Address}";

    private static string Mode(Explanation explanation)
    {
        var mode = explanation.Policy.ModeOf(explanation.Caller);
        var own = explanation.Denial is { Rule: { } rule } denial && denial.Mode != mode ? $" (rule {rule}: {denial.Mode.Name()})" : "";
        return mode.Name() + own + Limit(explanation);
    }

    private static string Limit(Explanation explanation) =>
        explanation.Caller is Caller.Pod { OnHost: true } pod && explanation.Policy.Document.HostNetwork.IsAudited(pod.Identity.Workload)
            ? " (the policy's hostNetwork only audits it)"
            : "";

    private static void WriteRules(Explanation explanation, TextWriter output)
    {
        if (explanation.Rules.IsEmpty)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("rules (* decides)");
        var decides = explanation.Denial is { } denial ? denial.Rule : explanation.Decision?.Rule;
        var width = explanation.Rules.Max(rule => rule.Rule.Length);
        for (var i = 0; i < explanation.Rules.Length; i++)
        {
            var rule = explanation.Rules[i];
            WriteRule(rule, explanation.Policy.Document.Rules[i], explanation, $"{(rule.Rule == decides ? '*' : ' ')} {rule.Rule.PadRight(width)}", output);
        }
    }

    private static void WriteRule(RuleExplanation rule, PolicyRule source, Explanation explanation, string name, TextWriter output)
    {
        if (!rule.SpeaksOfCaller)
        {
            output.WriteLine($"{name}  {(rule.IsExcepted ? "its except excludes this workload" : "applies to other workloads")}");
            return;
        }

        foreach (var permission in rule.Permissions)
        {
            output.WriteLine($"{name}  {permission.Kind} {permission.Path}: {PermissionWords.Of(permission, source, explanation.Request)}");
            name = new string(' ', name.Length);
        }
    }

    private static void WriteHint(PermissionHint hint, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("to allow it, add this to \"allow\" of a rule");
        output.WriteLine($"  {hint.Permission}");
        output.WriteLine("whose \"workloads\" contain");
        output.WriteLine($"  {hint.Workload}");
        foreach (var note in hint.Notes)
        {
            output.WriteLine($"  note: {note}");
        }
    }
}
