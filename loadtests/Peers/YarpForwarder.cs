using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>
/// <c>yarp-forwarder IP:PORT UPSTREAM</c>: a bare forwarder like YARP's direct forwarding sample, with default settings
/// and no rules. Only its log lines for each request are disabled.
/// </summary>
internal static class YarpForwarder
{
    /// <summary>Settings that the Web SDK applies by default and this project does not.</summary>
    public static readonly string[] DefaultEnvironment = ["env", "DOTNET_gcServer=1", "DOTNET_gcConcurrent=1"];

    public static async Task<int> RunAsync(string[] args)
    {
        // Looks for settings beside the program. By default it watches every file below the working directory, so each
        // audit record of the ImdsProxy beside it woke it up. That cost a quarter of ImdsProxy's requests a second.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://{args[0]}");
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();
        var upstream = args[1];
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        });
        var config = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(100) };
        app.Map("/{**catch-all}", async (HttpContext context, IHttpForwarder forwarder) =>
        {
            // The result is discarded, because a returned value would be written into the response.
            _ = await forwarder.SendAsync(context, upstream, client, config, HttpTransformer.Default);
        });
        await app.RunAsync();
        return 0;
    }
}
