namespace ImdsProxy.Sources.Nodes.Answering;

/// <summary>
/// Ends the program on a node when nobody waits for its answer any more. The client keeps stdin open as long as it waits: kubectl and
/// the container runtime close it when the client goes away. The deadline holds if they do not.
/// </summary>
internal static class ClientWatch
{
    /// <summary>Calls <paramref name="end"/> with the reason, on another thread, even while a write to stdout blocks.</summary>
    public static void Start(Stream input, TimeSpan deadline, TimeProvider time, Action<string> end)
    {
        var timer = time.CreateTimer(_ => end("the deadline has passed"), null, deadline, Timeout.InfiniteTimeSpan);
        new Thread(() =>
        {
            ReadToEnd(input);
            timer.Dispose();
            end("the client has gone away");
        })
        { IsBackground = true, Name = "client watch" }.Start();
    }

    private static void ReadToEnd(Stream input)
    {
        Span<byte> ignored = stackalloc byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
                // A client has nothing to say.
            }
        }
        catch (IOException)
        {
            // The connection is broken, which is an end, too.
        }
    }
}
