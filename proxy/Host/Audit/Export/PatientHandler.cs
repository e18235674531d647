namespace ImdsProxy.Audit.Export;

/// <summary>Cancels a request that is in progress when the shutdown's time limit expires.</summary>
internal sealed class PatientHandler(CancellationToken ended) : DelegatingHandler(new SocketsHttpHandler
{
    // No proxy and no redirects, so records are sent to the configured receiver only.
    UseProxy = false,
    AllowAutoRedirect = false,
})
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        try
        {
            return base.Send(request, either.Token);
        }
        catch (OperationCanceledException e) when (ended.IsCancellationRequested)
        {
            // The exporter treats this exception as a failed batch.
            throw new HttpRequestException("the shutdown's time limit has expired", e);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (ended.IsCancellationRequested)
        {
            throw new HttpRequestException("the shutdown's time limit has expired", e);
        }
    }
}
