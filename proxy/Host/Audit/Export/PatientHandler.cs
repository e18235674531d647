namespace ImdsProxy.Audit.Export;

/// <summary>Breaks off what is being sent once there is no time left for it.</summary>
internal sealed class PatientHandler(CancellationToken ended) : DelegatingHandler(new SocketsHttpHandler
{
    // No proxy and no redirect: what leaves the node goes where it was told to and nowhere else.
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
            // The exporter takes this for what it is: a batch that did not arrive.
            throw new HttpRequestException("there is no time left", e);
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
            throw new HttpRequestException("there is no time left", e);
        }
    }
}
