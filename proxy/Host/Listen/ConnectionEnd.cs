namespace ImdsProxy.Listen;

/// <summary>Tells a client that its connection ends with this answer. The server then closes the connection.</summary>
internal static class ConnectionEnd
{
    // The header is set when the answer starts, because a denial clears all headers that were set earlier.
    public static void After(HttpResponse response) => response.OnStarting(Tell, response);

    private static Task Tell(object response)
    {
        ((HttpResponse)response).Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
