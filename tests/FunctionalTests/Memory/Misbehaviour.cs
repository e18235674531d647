namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>What a hostile client does.</summary>
internal enum Misbehaviour
{
    /// <summary>Sends requests on and on, and reads nothing.</summary>
    NeverReads,

    /// <summary>Sends requests on and on, and reads a byte now and then.</summary>
    ReadsSlowly,

    /// <summary>Sends requests, then that it will send no more, and reads nothing.</summary>
    HalfOpen,

    /// <summary>Has the server close with answers that it does not read, and comes again.</summary>
    LeavesAnswersBehind,

    /// <summary>Says nothing.</summary>
    Silent,

    /// <summary>Sends a head a byte at a time.</summary>
    SendsSlowly,

    /// <summary>Sends as much of a head as there may be, and does not end it.</summary>
    HugeHead,

    /// <summary>Sends as much of a body as there may be, and does not end it.</summary>
    HugeBody,

    /// <summary>Sends what is no HTTP.</summary>
    Garbage,

    /// <summary>Sends requests and resets the connection.</summary>
    Resets,
}
