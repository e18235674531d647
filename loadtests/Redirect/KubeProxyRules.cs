using System.Globalization;
using System.Text;

namespace ImdsProxy.LoadTests.Redirect;

/// <summary>The nat rules that kube-proxy creates for some thousand services with two pods each, as input for <c>iptables-restore</c>.</summary>
internal static class KubeProxyRules
{
    private const int RulesPerService = 8;
    private const int AddressesPerNetwork = 250;

    public static string Make(int rules)
    {
        var chains = new StringBuilder("*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-MARK-MASQ - [0:0]\n");
        var lines = new StringBuilder("-A PREROUTING -j KUBE-SERVICES\n-A OUTPUT -j KUBE-SERVICES\n-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000\n");
        for (var service = 0; service < rules / RulesPerService; service++)
        {
            Add(chains, lines, service);
        }

        return $"{chains}{lines}COMMIT\n";
    }

    /// <summary>The changes to one service when a pod is added or removed, as kube-proxy writes them.</summary>
    public static string Change(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"*nat\n:KUBE-SVC-0000000000000000 - [0:0]\n-A KUBE-SVC-0000000000000000 -m comment --comment \"change {number}\" -j KUBE-MARK-MASQ\nCOMMIT\n");

    private static void Add(StringBuilder chains, StringBuilder lines, int service)
    {
        var chain = string.Create(CultureInfo.InvariantCulture, $"KUBE-SVC-{service:X16}");
        var comment = string.Create(CultureInfo.InvariantCulture, $"-m comment --comment \"namespace-{service % 50}/service-{service}:http\"");
        var address = Address("10.96", service);
        chains.Append(CultureInfo.InvariantCulture, $":{chain} - [0:0]\n");
        lines.Append(CultureInfo.InvariantCulture, $"-A KUBE-SERVICES -d {address}/32 -p tcp {comment} -m tcp --dport 80 -j {chain}\n");
        lines.Append(CultureInfo.InvariantCulture, $"-A {chain} ! -s 10.244.0.0/16 -d {address}/32 -p tcp {comment} -m tcp --dport 80 -j KUBE-MARK-MASQ\n");
        for (var pod = 0; pod < 2; pod++)
        {
            var endpoint = string.Create(CultureInfo.InvariantCulture, $"KUBE-SEP-{service:X8}{pod:X8}");
            var podAddress = Address("10.244", (2 * service) + pod);
            chains.Append(CultureInfo.InvariantCulture, $":{endpoint} - [0:0]\n");
            lines.Append(CultureInfo.InvariantCulture, $"-A {chain} {comment} {(pod == 0 ? "-m statistic --mode random --probability 0.5 " : "")}-j {endpoint}\n");
            lines.Append(CultureInfo.InvariantCulture, $"-A {endpoint} -s {podAddress}/32 {comment} -j KUBE-MARK-MASQ\n");
            lines.Append(CultureInfo.InvariantCulture, $"-A {endpoint} -p tcp {comment} -m tcp -j DNAT --to-destination {podAddress}:8080\n");
        }
    }

    private static string Address(string network, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{network}.{number / AddressesPerNetwork % AddressesPerNetwork}.{(number % AddressesPerNetwork) + 1}");
}
