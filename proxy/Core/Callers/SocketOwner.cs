namespace ImdsProxy.Core.Callers;

/// <summary>What the cgroup of a socket says about the process that made the socket.</summary>
public abstract record SocketOwner
{
    private SocketOwner()
    {
    }

    /// <summary>A container of a pod, or a process in a cgroup that the container made.</summary>
    /// <param name="Uid">The pod's UID, as kubelet names it.</param>
    public sealed record OfPod(string Uid) : SocketOwner;

    /// <summary>A process of the node, outside of all pods.</summary>
    /// <param name="Unit">The systemd unit; where there is none, the first directory, or <c>/</c> for the hierarchy's root.</param>
    public sealed record OfNode(string Unit) : SocketOwner;

    /// <summary>The proxy itself. Such a connection would be a loop.</summary>
    public sealed record Proxy : SocketOwner
    {
        /// <summary>The only instance.</summary>
        public static Proxy Instance { get; } = new();

        private Proxy()
        {
        }
    }

    /// <summary>The socket is gone, or its cgroup says nothing.</summary>
    public sealed record None : SocketOwner
    {
        /// <summary>The only instance.</summary>
        public static None Instance { get; } = new();

        private None()
        {
        }
    }
}
