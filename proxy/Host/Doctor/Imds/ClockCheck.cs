using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Imds;

/// <summary>Whether the node's clock agrees with the clock of IMDS.</summary>
internal sealed class ClockCheck(Place place, ImdsQuestion question) : ICheck
{
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(10);

    // Token services and the API server accept a difference of about five minutes (RFC 7519, section 4.1.4: "a few minutes").
    private static readonly TimeSpan Harmful = TimeSpan.FromMinutes(5);

    private const string Cure = "Set the node's clock: systemctl restart chrony (or systemd-timesyncd), and see chronyc tracking.";

    public string Name => "clock";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("In an ordinary pod the proxy answers, with the node's own clock.");
        }

        var answer = await question.AskAsync(cancellation);
        if (answer.Date is not { } date)
        {
            return Finding.NotApplicable("IMDS did not state its time; see imds.");
        }

        // The header has whole seconds, so half a second is added on average.
        var skew = answer.Asked + (answer.Took / 2) - date - TimeSpan.FromSeconds(0.5);
        var sentence = $"The node's clock is {Math.Abs(skew.TotalSeconds):0} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} IMDS's.";
        return skew.Duration() > Harmful ? Finding.Broken(sentence + " Tokens seem to be expired or not valid yet, and times in the audit log are wrong.", Cure)
            : skew.Duration() > Tolerated ? Finding.Warning(sentence + " Times in the audit log are wrong by that.", Cure)
            : Finding.Good("The node's clock agrees with IMDS's to within 10 s.");
    }
}
