namespace ImdsProxy.Deny;

/// <summary>An answer of the proxy's own, in the JSON shape of IMDS's token errors, which SDKs put into their messages.</summary>
internal sealed class Answer
{
    /// <param name="status">The status code.</param>
    /// <param name="error">The machine-readable word.</param>
    /// <param name="description">The sentence for people.</param>
    /// <param name="retryAfterSeconds">When to ask again, or null.</param>
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

    /// <summary>Whether it stands for IMDS's own.</summary>
    public bool IsOfImds { get; private init; }

    /// <summary>An answer in IMDS's own words.</summary>
    public static Answer Verbatim(int status, byte[] body) => new(status, body) { IsOfImds = true };

    /// <summary>An answer whose body is there already.</summary>
    public static Answer Rendered(int status, byte[] body, int? retryAfterSeconds) => new(status, body) { RetryAfterSeconds = retryAfterSeconds };
}
