using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands;

/// <summary>
/// <c>imds-proxy prove</c>: run in an ordinary pod, it proves that the pod's requests for IMDS come to the proxy and that
/// the ways past it are closed. It asks for no credential that could be answered.
/// </summary>
internal static class ProveCommand
{
    // A parameter given twice: malformed in either mode, and IMDS's own refusal of it reads otherwise.
    private const string Malformed = "/metadata/instance?api-version=2021-02-01&api-version=2021-02-01";
    private const string Unpermitted = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://imds-proxy.invalid";

    public static Command Create()
    {
        var imds = Flag.Of("--imds", "Where pods look for IMDS", FlagValues.IpEndPoint, "169.254.169.254:80");
        var closed = RepeatableFlag.Of("--closed", "An address that must not answer a pod, such as the proxy's own, repeatable", FlagValues.IpEndPoint);
        var denial = Flag.Switch("--expect-denial", "Prove too that a token nobody may have is denied: for a policy that enforces");
        var patience = Flag.Of("--timeout", "How long each step may take", FlagValues.Duration, "5s");
        var command = new Command("prove", "From within a pod: prove that its IMDS requests come to the proxy, and that nothing goes past") { imds, closed, denial, patience };
        command.SetAction((parsed, cancellation) => RunAsync(
            new PodProbe(parsed.GetRequiredValue(imds), parsed.GetValue(patience)), parsed.GetValue(closed), parsed.GetValue(denial), Console.Out, cancellation));
        return command;
    }

    internal static async Task<int> RunAsync(
        PodProbe probe, IReadOnlyList<IPEndPoint> closed, bool expectDenial, TextWriter output, CancellationToken cancellation)
    {
        var good = await TellAsync("requests come to the proxy", Said(await probe.AskAsync(Malformed, cancellation), "HTTP/1.1 400", "\"bad_request\""));
        if (expectDenial)
        {
            good &= await TellAsync("what is not permitted is denied", Said(await probe.AskAsync(Unpermitted, cancellation), "x-imds-proxy-request-id:", "ImdsProxy denied"));
        }

        foreach (var address in closed)
        {
            good &= await TellAsync($"{address} is closed", !await probe.IsOpenAsync(address, cancellation));
        }

        return good ? ExitCode.Good : ExitCode.Failed;

        async Task<bool> TellAsync(string what, bool isSo)
        {
            await output.WriteLineAsync($"{(isSo ? "proved" : "NOT SO")}: {what}");
            return isSo;
        }
    }

    private static bool Said(string answer, params string[] words) => words.All(word => answer.Contains(word, StringComparison.OrdinalIgnoreCase));
}
