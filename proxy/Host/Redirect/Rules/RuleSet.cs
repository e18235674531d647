using System.Collections.Immutable;
using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The wanted rules. The tables are written in this order: guards first, nat last.</summary>
internal static class RuleSet
{
    /// <summary>The generation of the rules. Every change of the rules increases it, so that an older process leaves newer rules alone.</summary>
    public const int CurrentGeneration = 3;

    /// <summary>The chain in which the rpfilter match is tried. Nothing jumps to it.</summary>
    public const string TrialChain = "IMDS-PROXY-TRIAL";

    /// <summary>The name of every chain that we create or used to create.</summary>
    public static readonly ImmutableArray<string> ChainNames =
        [RawChain, ForwardChain, InputChain, PostroutingChain, RedirectChain, TrialChain];

    /// <summary>The tables in the order in which they are written.</summary>
    public static readonly ImmutableArray<string> Tables = ["raw", "mangle", "security", "nat"];

    private const string RawChain = "IMDS-PROXY-RAW";
    private const string ForwardChain = "IMDS-PROXY-FORWARD";
    private const string InputChain = "IMDS-PROXY-INPUT";
    private const string PostroutingChain = "IMDS-PROXY-POSTROUTING";
    private const string RedirectChain = "IMDS-PROXY-REDIRECT";

    private const string ToImds = "-d " + KnownAddresses.Imds + "/32";
    private const string FromImds = "-s " + KnownAddresses.Imds + "/32";
    private const string ToImdsHttp = ToImds + " -p tcp -m tcp --dport 80";
    private const string ToWireServer = "-d " + KnownAddresses.WireServer + "/32 -p tcp -m multiport --dports 80,32526";

    private static readonly PacketShape AnyToImds = new(IPAddress.Parse(KnownAddresses.Imds), null, []);
    private static readonly PacketShape HttpToImds = new(IPAddress.Parse(KnownAddresses.Imds), "tcp", [KnownAddresses.ImdsPort]);
    private static readonly PacketShape HttpToWireServer =
        new(IPAddress.Parse(KnownAddresses.WireServer), "tcp", [.. KnownAddresses.WireServerPorts]);

    /// <summary>Whether a chain of this name holds our rules.</summary>
    public static bool IsOurs(string chain) => chain is RawChain or ForwardChain or InputChain or PostroutingChain or RedirectChain;

    /// <summary>The chains for these options. Empty when the redirect is off.</summary>
    public static ImmutableArray<ManagedChain> Of(RuleSetOptions options) => options.State == RedirectState.Off
        ? []
        :
        [
            Chain(options, "raw", "PREROUTING", RawChain, Raw(options), Forwarded(options)),
            Chain(options, "mangle", "FORWARD", ForwardChain, [.. Forward(options), .. Answers(options)], Forwarded(options)),
            Chain(options, "mangle", "INPUT", InputChain, Input(options), [new(null, "tcp", [options.Port, options.ManagementPort])]),
            Chain(options, "mangle", "POSTROUTING", PostroutingChain, Postrouting(options), Forwarded(options)),
            Chain(options, "security", "FORWARD", ForwardChain, Forward(options), Forwarded(options)),
            Chain(options, "nat", "PREROUTING", RedirectChain, Redirect(options), [HttpToImds]),
        ];

    private static ManagedChain Chain(
        RuleSetOptions options, string table, string hook, string name, IEnumerable<string> rules, ImmutableArray<PacketShape> packets) =>
        new(table, hook, name, $"{Comment(options, "jump")} -j {name}", [.. rules], packets);

    private static ImmutableArray<PacketShape> Forwarded(RuleSetOptions options) =>
        options.WireServer ? [AnyToImds, HttpToWireServer] : [AnyToImds];

    // A RETURN is followed by an unconditional DROP, so that a packet without a port, such as a later fragment, is dropped.
    private static IEnumerable<string> Raw(RuleSetOptions options)
    {
        if (options.RpFilter)
        {
            yield return $"{ToImds} -m rpfilter --invert {Comment(options, "source must belong to its interface")} -j DROP";
        }

        yield return $"{ToImdsHttp} {Comment(options, "only TCP 80 goes on")} -j RETURN";
        yield return $"{ToImds} {Comment(options, "nothing else to IMDS")} -j DROP";
        if (options.WireServer)
        {
            yield return $"{ToWireServer} {Comment(options, "WireServer")} -j DROP";
        }
    }

    private static IEnumerable<string> Forward(RuleSetOptions options)
    {
        if (options.State == RedirectState.Closed)
        {
            yield return $"{ToImds} {Comment(options, "nothing is forwarded to IMDS")} -j DROP";
        }

        if (options.WireServer)
        {
            yield return $"{ToWireServer} {Comment(options, "WireServer")} -j DROP";
        }
    }

    // IMDS resends for a while to a pod whose direct connection these rules have cut. The node would track such a packet as a new
    // connection from IMDS, and the pod's next one from the same port as its answer, which nat never sees. The rule guards nothing,
    // so it is not repeated in the security table.
    private static IEnumerable<string> Answers(RuleSetOptions options)
    {
        if (options.State == RedirectState.Closed)
        {
            yield return $"{FromImds} {Comment(options, "the proxy answers for IMDS")} -j DROP";
        }
    }

    // A source-routed packet (IP option LSRR or SSRR) is addressed to the node until it has passed FORWARD. IMDS becomes its
    // destination only after that. The node's own packets also pass through POSTROUTING and are recognised by their source. Pods
    // can't forge that source, because the kernel drops a packet from outside with a local source as a martian.
    private static IEnumerable<string> Postrouting(RuleSetOptions options)
    {
        const string NotFromNode = "-m addrtype ! --src-type LOCAL";
        if (options.State == RedirectState.Closed)
        {
            yield return $"{ToImds} {NotFromNode} {Comment(options, "no source route to IMDS")} -j DROP";
        }

        if (options.WireServer)
        {
            yield return $"{ToWireServer} {NotFromNode} {Comment(options, "no source route to WireServer")} -j DROP";
        }
    }

    // The inverted form, "! --ctorigdst … -j DROP", would let an untracked connection in. Without a conntrack entry the whole
    // match is false, including its negated parts.
    private static IEnumerable<string> Input(RuleSetOptions options)
    {
        var toPort = $"-p tcp -m tcp --dport {options.Port}";
        yield return $"{toPort} -m conntrack --ctorigdst {KnownAddresses.Imds} --ctorigdstport {KnownAddresses.ImdsPort} --ctdir ORIGINAL {Comment(options, "redirected")} -j RETURN";
        yield return $"{toPort} -m conntrack --ctdir REPLY {Comment(options, "answer to the node")} -j RETURN";
        if (options.HostPods)
        {
            yield return $"-s {IPAddress.Loopback}/32 -d {options.NodeIp}/32 -i lo {toPort} {Comment(options, "the node asks whether the proxy is ready")} -j RETURN";
        }

        yield return $"{toPort} {Comment(options, "nothing else to the proxy")} -j DROP";
        yield return $"! -i lo -p tcp -m tcp --dport {options.ManagementPort} {Comment(options, "management is for the node")} -j DROP";
    }

    private static IEnumerable<string> Redirect(RuleSetOptions options)
    {
        if (options.State == RedirectState.Closed)
        {
            yield return $"{ToImdsHttp} {Comment(options, "to the proxy")} -j DNAT --to-destination {options.NodeIp}:{options.Port}";
        }
    }

    private static string Comment(RuleSetOptions options, string purpose) =>
        $"-m comment --comment \"{RuleMark.Of(options.Generation)} {purpose}\"";
}
