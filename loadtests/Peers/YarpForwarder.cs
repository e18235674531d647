using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>
/// <c>yarp-forwarder IP:PORT UPSTREAM</c>: a bare forwarder as YARP's sample of direct forwarding has it, with default
/// settings and no rules. Only its log lines for each request are off.
/// </summary>
internal static class YarpForwarder
{
    /// <summary>What the Web SDK sets by default and this project does not.</summary>
    public static readonly string[] DefaultEnvironment = ["env", "DOTNET_gcServer=1", "DOTNET_gcConcurrent=1"];

    public static async Task<int> RunAsync(string[] args)
    {
        // Its settings are looked for beside the program. By default it follows every file below the working directory: each
        // record of the ImdsProxy beside it woke it, which took a quarter of ImdsProxy's requests a second.
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
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        });
        var config = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(100) };
        app.Map("/{**catch-all}", async (HttpContext context, IHttpForwarder forwarder) =>
        {
            // Not returned: what is returned is written into the answer.
            _ = await forwarder.SendAsync(context, upstream, client, config, HttpTransformer.Default);
        });
        await app.RunAsync();
        return 0;
    }
}
