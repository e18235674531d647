using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace ImdsProxy.Forward.Imds;

/// <summary>
/// Checks whether the head of an answer can be sent to a caller. The server refuses all other characters, but only when it writes the
/// head. By then, the record would already say that the answer was released.
/// </summary>
internal static class AnswerHead
{
    // The server accepts visible ASCII, space and tab in a header's value. The HTTP client that reads the answer checks the names.
    private static readonly SearchValues<char> Sendable =
        SearchValues.Create(['\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c)]);

    public static bool IsSendable(HttpResponseMessage response) =>
        HasSendableStatus(response)
        && IsSendable(response.ReasonPhrase)
        && IsSendable(response.Headers.NonValidated)
        && IsSendable(response.Content.Headers.NonValidated);

    // A 1xx does not end an exchange, and a 205 has no body by definition (RFC 9110, 15.3.6), so the server sends none.
    private static bool HasSendableStatus(HttpResponseMessage response) =>
        response.StatusCode >= HttpStatusCode.OK
        && (response.StatusCode != HttpStatusCode.ResetContent || response.Content.Headers.ContentLength == 0);

    private static bool IsSendable(HttpHeadersNonValidated headers)
    {
        foreach (var header in headers)
        {
            foreach (var value in header.Value)
            {
                if (!IsSendable(value))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsSendable(string? text) => !text.AsSpan().ContainsAnyExcept(Sendable);
}
