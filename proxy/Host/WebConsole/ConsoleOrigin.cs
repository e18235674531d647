namespace ImdsProxy.WebConsole;

/// <summary>
/// Checks that a request comes from the console's own page. Any site that the operator's browser visits can send requests to 127.0.0.1, by
/// its address or by a name that resolves to it.
/// </summary>
internal static class ConsoleOrigin
{
    /// <summary>Whether the Host header names this console, and the Origin header, where there is one, its page.</summary>
    public static bool Allows(HttpRequest request)
    {
        var port = request.HttpContext.Connection.LocalPort;
        var host = request.Host.Value;
        return (host == $"127.0.0.1:{port}" || host == $"localhost:{port}")
            && (request.Headers.Origin.Count == 0 || request.Headers.Origin.ToString() == $"http://{host}")
            && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }
}
