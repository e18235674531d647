using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Doctor.Imds;

namespace ImdsProxy.Commands;

/// <summary>
/// <c>imds-proxy prove</c>: proves, from an ordinary pod, that the pod's IMDS requests reach the proxy and that the ways
/// around the proxy are closed. It requests no credential that IMDS could issue.
/// </summary>
internal static class ProveCommand
{
    // A repeated parameter is malformed in both modes, and IMDS's own error for a repeated parameter has a different text.
    private const string Malformed = "/metadata/instance?api-version=2021-02-01&api-version=2021-02-01";
    private const string Unpermitted = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://imds-proxy.invalid";

    public static Command Create()
    {
        var imds = Flag.Of("--imds", "Address at which pods reach IMDS", FlagValues.IpEndPoint, "169.254.169.254:80");
        var closed = RepeatableFlag.Of("--closed", "An address that pods must not be able to reach, such as the proxy's own address; repeatable", FlagValues.IpEndPoint);
        var denial = Flag.Switch("--expect-denial", "Also prove that a token that no rule permits is denied; needs a policy in enforce mode");
        var patience = Flag.Of("--timeout", "Time limit of each step", FlagValues.Duration, "5s");
        var command = new Command("prove", "From within a pod, prove that the pod's IMDS requests reach the proxy and can't bypass it") { imds, closed, denial, patience };
        command.SetAction((parsed, cancellation) => RunAsync(
            new PodProbe(parsed.GetRequiredValue(imds), parsed.GetValue(patience)), parsed.GetValue(closed), parsed.GetValue(denial), Console.Out, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(
        PodProbe probe, IReadOnlyList<IPEndPoint> closed, bool expectDenial, TextWriter output, CancellationToken cancellation)
    {
        var good = await TellAsync("requests reach the proxy", Said(await probe.AskAsync(Malformed, cancellation), "HTTP/1.1 400", "\"bad_request\""));
        if (expectDenial)
        {
            good &= await TellAsync("a token that no rule permits is denied", Said(await probe.AskAsync(Unpermitted, cancellation), "x-imds-proxy-request-id:", "ImdsProxy denied"));
        }

        foreach (var address in closed)
        {
            good &= await TellAsync($"{address} is closed", !await probe.IsOpenAsync(address, cancellation));
        }

        return good ? ExitCode.Good : ExitCode.Failed;

        async Task<bool> TellAsync(string what, bool isSo)
        {
            await output.WriteLineAsync($"{(isSo ? "proved" : "NOT PROVED")}: {what}");
            return isSo;
        }
    }

    private static bool Said(string answer, params string[] words) => words.All(word => answer.Contains(word, StringComparison.OrdinalIgnoreCase));
}
