using Endpoint = ImdsProxy.Core.Requests.Endpoint;

namespace ImdsProxy.Forward.Limits;

/// <summary>One lane for identity requests and one for all others, because IMDS limits them separately.</summary>
internal sealed class Lanes(LimitOptions options, TimeProvider time) : IDisposable
{
    private readonly Lane _identity = new(options.Identity, time);
    private readonly Lane _general = new(options.General, time);

    public Lane Of(Endpoint endpoint) => endpoint.Path.StartsWith("/metadata/identity/", StringComparison.Ordinal) ? _identity : _general;

    public void Dispose()
    {
        _identity.Dispose();
        _general.Dispose();
    }
}
