using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace ImdsProxy.Forward;

/// <summary>
/// Whether the head of an answer can be sent to a caller. The server refuses to send a head with other characters, but only
/// when it is written: by then the record would say that the answer was let through.
/// </summary>
internal static class AnswerHead
{
    // Visible ASCII, space and tab: what the server takes as a header's value. Names are checked by the client that reads them.
    private static readonly SearchValues<char> Sendable =
        SearchValues.Create(['\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c)]);

    public static bool IsSendable(HttpResponseMessage response) =>
        HasSendableStatus(response)
        && IsSendable(response.ReasonPhrase)
        && IsSendable(response.Headers.NonValidated)
        && IsSendable(response.Content.Headers.NonValidated);

    // 1xx ends no exchange, and a 205 has no body by definition (RFC 9110, 15.3.6), so the server sends none.
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
