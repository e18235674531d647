using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.Runtime;

/// <summary>The addresses on which a started server listens, with their actual ports.</summary>
internal static class BoundAddresses
{
    /// <summary>The addresses, in the order in which they were requested.</summary>
    public static IReadOnlyList<string> Of(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>The address and port of a TCP address. The authority of a URL leaves out port 80, so the port is read from its own property.</summary>
    public static IPEndPoint EndPointOf(string address)
    {
        var url = new Uri(address);
        return new IPEndPoint(IPAddress.Parse(url.IdnHost), url.Port);
    }
}
