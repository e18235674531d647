using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Listen;

/// <summary>
/// Observes the requests that Kestrel refuses before a handler sees them (a NUL, CONNECT, an overlong line, …), through the
/// diagnostic event that Kestrel writes for each of them.
/// </summary>
internal sealed class RefusedRequests(Action<IFeatureCollection> refused) : IObserver<KeyValuePair<string, object?>>
{
    // HttpProtocol.SetBadRequestState in Kestrel defines the name and the payload.
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static DiagnosticListener Listen(Action<IFeatureCollection> refused)
    {
        var listener = new DiagnosticListener("ImdsProxy.Kestrel");
        listener.Subscribe(new RefusedRequests(refused), static name => name == BadRequest);
        return listener;
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: BadRequest, Value: IFeatureCollection features })
        {
            refused(features);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
