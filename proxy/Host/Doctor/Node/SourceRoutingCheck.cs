using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Kernel;

namespace ImdsProxy.Doctor.Node;

/// <summary>Whether the kernel accepts packets that state their own route.</summary>
internal sealed class SourceRoutingCheck(Place place, HostFiles files) : ICheck
{
    public string Name => "source-routing";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private Finding Run()
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("An ordinary pod has settings of its own.");
        }

        var interfaces = SourceRouting.Interfaces(files.At(SourceRouting.Settings));
        return interfaces.IsEmpty
            ? Finding.Good("The node drops packets that state their own route (accept_source_route is 0).")
            : Finding.Warning(
                "The node accepts packets that state their own route, so only one of the guards keeps these from IMDS.",
                "On the node: sysctl net.ipv4.conf.all.accept_source_route=0").Listing([$"accept_source_route is 1 for all and for: {string.Join(", ", interfaces)}"]);
    }
}
