using System.Text;

namespace ImdsProxy.Deny;

/// <summary>An answer that varies only in the id of the request, which is ASCII.</summary>
internal sealed class AnswerTemplate
{
    private readonly int _status;
    private readonly int? _retryAfterSeconds;
    private readonly byte[] _body;
    private readonly int _place;

    /// <param name="status">The status code.</param>
    /// <param name="error">The machine-readable error code.</param>
    /// <param name="sentence">The human-readable sentence, before and after the id.</param>
    /// <param name="retryAfterSeconds">The number of seconds after which to retry, or null.</param>
    public AnswerTemplate(int status, string error, (string Before, string After) sentence, int? retryAfterSeconds = null)
    {
        (_status, _retryAfterSeconds) = (status, retryAfterSeconds);
        _body = AnswerBody.Render(error, sentence.Before, sentence.After, out _place);
    }

    public Answer For(string requestId)
    {
        var body = new byte[_body.Length + requestId.Length];
        _body.AsSpan(0, _place).CopyTo(body);
        Encoding.ASCII.GetBytes(requestId, body.AsSpan(_place));
        _body.AsSpan(_place).CopyTo(body.AsSpan(_place + requestId.Length));
        return Answer.Rendered(_status, body, _retryAfterSeconds);
    }
}
