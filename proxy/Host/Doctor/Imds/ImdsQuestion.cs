using ImdsProxy.Deny;

namespace ImdsProxy.Doctor.Imds;

/// <summary>Asks IMDS once, for all checks, for the list of its versions: the smallest answer, which holds no secret.</summary>
/// <param name="imds">The address of IMDS.</param>
/// <param name="patience">The time limit. IMDS answers within milliseconds.</param>
/// <param name="time">The clock.</param>
internal sealed class ImdsQuestion(Uri imds, TimeSpan patience, TimeProvider time)
{
    private Task<ImdsAnswer>? _asking;

    public Uri Address => imds;

    public Task<ImdsAnswer> AskAsync(CancellationToken cancellation) => _asking ??= AskOnceAsync(cancellation);

    private async Task<ImdsAnswer> AskOnceAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null }) { Timeout = patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(imds, "/metadata/versions"));
        request.Headers.Add("Metadata", "true");
        var (asked, started) = (time.GetUtcNow(), time.GetTimestamp());
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            // Each denial of the proxy has this header.
            var fromProxy = answer.Headers.Contains(AnswerWriter.RequestIdHeader);
            return new ImdsAnswer((int)answer.StatusCode, null, fromProxy ? null : answer.Headers.Date, fromProxy, asked, time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var failure = e is HttpRequestException ? e.InnerException?.Message ?? e.Message : $"no answer within {patience.TotalSeconds:0} s";
            return new ImdsAnswer(null, failure, null, false, asked, time.GetElapsedTime(started));
        }
    }
}
