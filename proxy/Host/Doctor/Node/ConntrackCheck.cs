using System.Globalization;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;

namespace ImdsProxy.Doctor.Node;

/// <summary>How full the kernel's table of connections is. When it is full, new connections fail, those to IMDS included.</summary>
internal sealed class ConntrackCheck(Place place, HostFiles files) : ICheck
{
    private const string Count = "/proc/sys/net/netfilter/nf_conntrack_count";
    private const string Max = "/proc/sys/net/netfilter/nf_conntrack_max";
    private const int WarnPercent = 80;
    private const int FullPercent = 97;
    private const string Cure = "Raise net.netfilter.nf_conntrack_max on the node, or find the pods that open so many connections: conntrack -L | head.";

    public string Name => "conntrack";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private Finding Run()
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("An ordinary pod has a table of its own.");
        }

        if (Number(Count) is not { } count || Number(Max) is not ({ } max and > 0))
        {
            return Finding.NotApplicable("The kernel does not say how full its table of connections is.");
        }

        var percent = count * 100 / max;
        var sentence = $"The kernel's table of connections is {percent} % full ({count} of {max}).";
        return percent >= FullPercent ? Finding.Broken(sentence + " New connections fail, those to IMDS included.", Cure)
            : percent >= WarnPercent ? Finding.Warning(sentence, Cure)
            : Finding.Good(sentence);
    }

    private long? Number(string path) =>
        long.TryParse(files.FirstLine(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
