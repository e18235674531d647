namespace ImdsProxy.Core.Callers;

/// <summary>
/// The origin of a request: determined from its source address, or, for a request that came through the node's own network, from
/// the cgroup of the client's socket. Only a <see cref="Pod"/> can be permitted anything.
/// </summary>
public abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>A live pod of this node.</summary>
    /// <param name="Identity">The identity that the policy matches.</param>
    public sealed record Pod(PodIdentity Identity) : Caller
    {
        /// <summary>
        /// Whether the request came through the node's network, so that the cgroup of its socket identifies the pod. The policy's
        /// <c>hostNetwork</c> limits how far it is enforced on such requests.
        /// </summary>
        public bool OnHost { get; init; }
    }

    /// <summary>The node itself: a process outside of all pods, or an address of the node whose user is not told apart. It is never a workload.</summary>
    public sealed record Node : Caller
    {
        /// <summary>The node, where the process is not known.</summary>
        public static Node Instance { get; } = new(unit: null);

        private Node(string? unit) => Unit = unit;

        /// <summary>The systemd unit of the process, or null if it is not known.</summary>
        public string? Unit { get; }

        /// <summary>A process of the node.</summary>
        /// <param name="unit">Its systemd unit.</param>
        public static Node Of(string unit) => new(unit);
    }

    /// <summary>A caller that is no known pod.</summary>
    public sealed record Unknown : Caller
    {
        /// <summary>An address that belongs to no known pod.</summary>
        public static Unknown Instance { get; } = new(false);

        /// <summary>A socket in the node's network that belongs to no known pod, and of which it is not certain that it is the node's.</summary>
        public static Unknown InstanceOnHost { get; } = new(true);

        private Unknown(bool onHost) => OnHost = onHost;

        /// <inheritdoc cref="Pod.OnHost"/>
        public bool OnHost { get; }
    }

    /// <summary>A caller that several live pods claim to be, so that it cannot be determined.</summary>
    public sealed record Ambiguous : Caller
    {
        /// <summary>An address that several pods claim.</summary>
        public static Ambiguous Instance { get; } = new(false);

        /// <summary>A socket in the node's network whose cgroup several pods claim.</summary>
        public static Ambiguous InstanceOnHost { get; } = new(true);

        private Ambiguous(bool onHost) => OnHost = onHost;

        /// <inheritdoc cref="Pod.OnHost"/>
        public bool OnHost { get; }
    }

    /// <summary>Whether the request came through the node's network. Always false for the node itself, which no policy limits.</summary>
    public bool IsOnHost => this is Pod { OnHost: true } or Unknown { OnHost: true } or Ambiguous { OnHost: true };
}
