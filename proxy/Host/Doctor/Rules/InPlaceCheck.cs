using ImdsProxy.Doctor.Findings;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;

namespace ImdsProxy.Doctor.Rules;

/// <summary>Whether every rule of the redirect is in place and has an effect.</summary>
/// <param name="reader">The node's rules.</param>
/// <param name="overrideDirectory">The directory of the break-glass files, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class InPlaceCheck(RulesReader reader, string? overrideDirectory, TimeProvider time) : ICheck
{
    private const string WatchCure =
        "The container redirect puts rules back within seconds. If this finding stays, see its log: kubectl -n imds-proxy logs $POD -c redirect. Without it, run imds-proxy redirect apply.";

    public string Name => "rules";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var (rules, reason) = await reader.ReadAsync(cancellation);
        if (rules?.Check is not { } check)
        {
            return Finding.NotApplicable(reason ?? "The redirect can't be set up on this node (see backend).");
        }

        var target = $"{rules.Redirect!.Options.NodeIp}:{rules.Redirect.Options.Port}";
        return check switch
        {
            { InPlace: true } => Finding.Good($"Every rule is in place; packets of pods for 169.254.169.254:80 are sent to {target}."),
            _ when BreakGlass() is { } reasonGiven => Finding.Warning(
                $"Break glass has removed the rules, so pods reach IMDS without the proxy ({reasonGiven}).",
                "To end it early, delete the ConfigMap with the override."),
            { Absent: true } => Finding.Broken("The node has no rules of ImdsProxy, so pods reach IMDS without the proxy.", WatchCure),
            _ => Finding.Broken(Sentence(check), WatchCure).Listing(check.Missing),
        };
    }

    private static string Sentence(CheckResult check) =>
        $"{check.Missing.Count()} of the redirect's rules are missing, changed or without effect"
        + (check.IsOpen ? ", and pods may reach IMDS without the proxy." : "; the guards that are left keep pods from IMDS.");

    private string? BreakGlass() =>
        overrideDirectory is not null && OverrideFiles.Interception(overrideDirectory, time).Current() is { On: true } found
            ? $"until {found.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {found.Reason}"
            : null;
}
