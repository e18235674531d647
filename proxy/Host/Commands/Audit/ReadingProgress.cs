using System.Globalization;
using ImdsProxy.Audit.Reduce;

namespace ImdsProxy.Commands.Audit;

/// <summary>Shows on a terminal how much of a log has been read, if reading takes over a second.</summary>
internal static class ReadingProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Reads, and shows how far the read is.</summary>
    public static async Task<LogFindings> ShowAsync(Func<ReadBytes, Task<LogFindings>> reduce, TextWriter errors, TimeProvider time)
    {
        var read = new ReadBytes();
        var reading = reduce(read);
        if (Console.IsErrorRedirected)
        {
            return await reading;
        }

        var isShown = false;
        while (await Task.WhenAny(reading, Task.Delay(Interval, time)) != reading)
        {
            isShown = true;
            await errors.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\rimds-proxy: {read.Total / 1e6:N0} MB of the log read "));
        }

        if (isShown)
        {
            await errors.WriteLineAsync();
        }

        return await reading;
    }
}
