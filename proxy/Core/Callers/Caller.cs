namespace ImdsProxy.Core.Callers;

/// <summary>The origin of a request, as determined from its source address. Only a <see cref="Pod"/> can be permitted anything.</summary>
public abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>A live pod of this node, identified by its address.</summary>
    /// <param name="Identity">The identity that the policy matches.</param>
    public sealed record Pod(PodIdentity Identity) : Caller;

    /// <summary>An address of the node itself, which hostNetwork pods share. It is never a workload.</summary>
    public sealed record Node : Caller
    {
        /// <summary>The only instance.</summary>
        public static Node Instance { get; } = new();

        private Node()
        {
        }
    }

    /// <summary>An address that belongs to no known pod.</summary>
    public sealed record Unknown : Caller
    {
        /// <summary>The only instance.</summary>
        public static Unknown Instance { get; } = new();

        private Unknown()
        {
        }
    }

    /// <summary>An address that several live pods claim, so that the caller cannot be determined.</summary>
    public sealed record Ambiguous : Caller
    {
        /// <summary>The only instance.</summary>
        public static Ambiguous Instance { get; } = new();

        private Ambiguous()
        {
        }
    }
}
