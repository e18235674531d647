using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Runtime;

/// <summary>Where a started server listens, with the ports it got.</summary>
internal static class BoundAddresses
{
    /// <summary>In the order in which they were asked for.</summary>
    public static IReadOnlyList<string> Of(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>The address and port of one that is no Unix socket. A URL leaves port 80 out of its authority, so it is not read from there.</summary>
    public static IPEndPoint EndPointOf(string address)
    {
        var url = new Uri(address);
        return new IPEndPoint(IPAddress.Parse(url.IdnHost), url.Port);
    }
}
