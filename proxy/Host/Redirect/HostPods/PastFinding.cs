using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>A way past the proxy that one look found.</summary>
/// <param name="Reason">How it goes past.</param>
/// <param name="Owner">The pod, or the unit of the node, or none for a rule and where the cgroup is unknown.</param>
/// <param name="Text">The cgroup's path, or the rule.</param>
/// <param name="Count">The number of sockets.</param>
internal sealed record PastFinding(PastReason Reason, SocketOwner Owner, string Text, int Count)
{
    // A container can make cgroups with long names, and a rule can be long too.
    private const int LongestText = 400;

    /// <summary>Identifies the same way past in the next look.</summary>
    public (PastReason, SocketOwner, string) Key => (Reason, Owner, Owner is SocketOwner.None ? Short : "");

    /// <summary>The name of the reason in metrics and events.</summary>
    public string ReasonName => Name(Reason);

    /// <summary>The owner in words.</summary>
    public string Who => Owner switch
    {
        SocketOwner.OfPod pod => $"pod {pod.Uid}",
        SocketOwner.OfNode node => $"unit {node.Unit}",
        _ => "unknown",
    };

    private string Short => Text.Length > LongestText ? Text[..LongestText] : Text;

    /// <summary>The names of all reasons.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<PastReason>().Select(Name)];

    /// <summary>The name of a reason in metrics and events.</summary>
    public static string Name(PastReason reason) => reason switch
    {
        PastReason.Uid => "uid",
        PastReason.Older => "older-connection",
        PastReason.Listener => "listener",
        _ => "rule",
    };

    /// <summary>The fields of the event.</summary>
    public JsonObject Fields()
    {
        var fields = new JsonObject { ["reason"] = ReasonName };
        if (Owner is SocketOwner.OfPod { Uid: var uid })
        {
            fields["podUid"] = uid;
        }
        else if (Owner is SocketOwner.OfNode { Unit: var unit })
        {
            fields["unit"] = unit;
        }

        fields[Reason == PastReason.Rule ? "rule" : "cgroup"] = Short;
        if (Reason != PastReason.Rule)
        {
            fields["sockets"] = Count;
        }

        return fields;
    }
}
