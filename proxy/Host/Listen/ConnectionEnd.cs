namespace ImdsProxy.Listen;

/// <summary>Tells a client that its connection ends with this answer. The server then closes the connection.</summary>
internal static class ConnectionEnd
{
    // Set when the answer starts, because a denial clears the headers that were set before.
    public static void After(HttpResponse response) => response.OnStarting(Tell, response);

    private static Task Tell(object response)
    {
        ((HttpResponse)response).Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
