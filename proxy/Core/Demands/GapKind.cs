namespace ImdsProxy.Core.Demands;

/// <summary>The reason why records of a node are missing.</summary>
public enum GapKind
{
    /// <summary>Sequence numbers are missing within a chain.</summary>
    Hole,

    /// <summary>The proxy reported that it could not write records.</summary>
    Lost,

    /// <summary>Retention removed older segments, so that the node's records begin later than those of others.</summary>
    Retention,

    /// <summary>The node wrote neither a record nor the hourly event <c>alive</c>.</summary>
    Silent,
}
