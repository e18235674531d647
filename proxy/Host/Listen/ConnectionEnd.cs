namespace ImdsProxy.Listen;

/// <summary>Tells a client that its connection ends with this answer; the server then closes it.</summary>
internal static class ConnectionEnd
{
    // Once the answer starts, for a denial clears the head that it finds.
    public static void After(HttpResponse response) => response.OnStarting(Tell, response);

    private static Task Tell(object response)
    {
        ((HttpResponse)response).Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
