namespace ImdsProxy.Core.Callers;

/// <summary>Who a request comes from, as far as its source address tells. Only a <see cref="Pod"/> is ever permitted anything.</summary>
public abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>One live pod of this node, known by its address.</summary>
    /// <param name="Identity">What the policy matches on.</param>
    public sealed record Pod(PodIdentity Identity) : Caller;

    /// <summary>An address of the node itself, which hostNetwork pods share. Never a workload.</summary>
    public sealed record Node : Caller
    {
        /// <summary>The only value.</summary>
        public static Node Instance { get; } = new();

        private Node()
        {
        }
    }

    /// <summary>An address that no known pod has.</summary>
    public sealed record Unknown : Caller
    {
        /// <summary>The only value.</summary>
        public static Unknown Instance { get; } = new();

        private Unknown()
        {
        }
    }

    /// <summary>An address that two live pods claim, so that nobody can tell which of them asks.</summary>
    public sealed record Ambiguous : Caller
    {
        /// <summary>The only value.</summary>
        public static Ambiguous Instance { get; } = new();

        private Ambiguous()
        {
        }
    }
}
