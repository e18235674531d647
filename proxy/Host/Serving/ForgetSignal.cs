using System.Runtime.InteropServices;

namespace ImdsProxy.Serving;

/// <summary>Clears the cache of answers on SIGUSR1.</summary>
internal static partial class ForgetSignal
{
    /// <summary>The signal's number on Linux; .NET has no name for this signal.</summary>
    private const PosixSignal UserSignal1 = (PosixSignal)10;

    public static IDisposable Register(NodeProxy proxy, ILogger logger) => PosixSignalRegistration.Create(UserSignal1, signal =>
    {
        signal.Cancel = true;
        Log.CacheCleared(logger, proxy.ForgetAnswers());
    });

    private static partial class Log
    {
        [LoggerMessage(EventName = "CacheCleared", Level = LogLevel.Information, Message = "SIGUSR1 received: {Count} cached answers have been wiped")]
        public static partial void CacheCleared(ILogger logger, int count);
    }
}
