namespace ImdsProxy.Deny;

/// <summary>An answer that the proxy itself creates, in the JSON form of IMDS's token errors, which SDKs show in their messages.</summary>
internal sealed class Answer
{
    /// <param name="status">The status code.</param>
    /// <param name="error">The machine-readable error code.</param>
    /// <param name="description">The human-readable sentence.</param>
    /// <param name="retryAfterSeconds">The number of seconds after which to retry, or null.</param>
    public Answer(int status, string error, string description, int? retryAfterSeconds = null)
    {
        Status = status;
        RetryAfterSeconds = retryAfterSeconds;
        Body = AnswerBody.Render(error, description);
    }

    private Answer(int status, byte[] body)
    {
        Status = status;
        Body = body;
    }

    public int Status { get; }

    public int? RetryAfterSeconds { get; private init; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether the answer takes the place of an answer from IMDS.</summary>
    public bool IsOfImds { get; private init; }

    /// <summary>An answer with the exact wording of IMDS.</summary>
    public static Answer Verbatim(int status, byte[] body) => new(status, body) { IsOfImds = true };

    /// <summary>An answer whose body is already rendered.</summary>
    public static Answer Rendered(int status, byte[] body, int? retryAfterSeconds) => new(status, body) { RetryAfterSeconds = retryAfterSeconds };
}
