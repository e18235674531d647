namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>What a hostile client does.</summary>
internal enum Misbehaviour
{
    /// <summary>Sends requests without end and reads nothing.</summary>
    NeverReads,

    /// <summary>Sends requests without end and reads a byte now and then.</summary>
    ReadsSlowly,

    /// <summary>Sends requests, shuts down its sending side, and reads nothing.</summary>
    HalfOpen,

    /// <summary>Makes the server close a connection with unread responses, and connects again.</summary>
    LeavesAnswersBehind,

    /// <summary>Sends nothing.</summary>
    Silent,

    /// <summary>Sends request headers one byte at a time.</summary>
    SendsSlowly,

    /// <summary>Sends headers up to the size limit and never ends them.</summary>
    HugeHead,

    /// <summary>Sends a body up to the size limit and never ends it.</summary>
    HugeBody,

    /// <summary>Sends bytes that are not HTTP.</summary>
    Garbage,

    /// <summary>Sends requests and resets the connection.</summary>
    Resets,
}
