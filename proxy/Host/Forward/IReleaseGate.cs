namespace ImdsProxy.Forward;

/// <summary>Is asked after IMDS has begun to answer, and before any byte reaches the caller.</summary>
internal interface IReleaseGate
{
    /// <summary>Whether the answer may be released. False leaves the response untouched, for another answer.</summary>
    /// <param name="status">IMDS's status.</param>
    /// <param name="bytes">The length of its body, or null if it is not known.</param>
    /// <param name="isSendable">Whether the head can be sent to a caller. If not, the gate must not release it.</param>
    ValueTask<bool> ReleaseAsync(int status, long? bytes, bool isSendable);
}
