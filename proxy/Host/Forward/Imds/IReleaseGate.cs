namespace ImdsProxy.Forward.Imds;

/// <summary>Decides which part of IMDS's answer the caller gets, and ends the request. Nothing is sent to the caller before this decision.</summary>
internal interface IReleaseGate
{
    /// <summary>Ends the request with a whole answer, or with the reason for a missing answer.</summary>
    /// <param name="answer">The answer. It is valid until the returned task completes.</param>
    /// <param name="isShared">Whether the answer came from the cache, or was fetched for another request.</param>
    Task EndAsync(ImdsAnswer answer, bool isShared);

    /// <summary>
    /// Whether an answer may be streamed to the caller. Called when the head of the answer has arrived. If false, the response stays
    /// untouched, so that another answer can be sent.
    /// </summary>
    /// <param name="status">The status from IMDS.</param>
    /// <param name="bytes">The length of the body, or null if it is unknown.</param>
    /// <param name="isSendable">Whether the head can be sent to a caller. If not, the gate must not release the answer.</param>
    ValueTask<bool> ReleaseAsync(int status, long? bytes, bool isSendable);

    /// <summary>Ends the request after its answer was streamed, was held back by this gate, or did not arrive.</summary>
    /// <param name="streamed">The reason for a missing or incomplete answer; <see cref="ImdsAnswer.Streamed"/> otherwise.</param>
    Task EndStreamAsync(ImdsAnswer streamed);
}
