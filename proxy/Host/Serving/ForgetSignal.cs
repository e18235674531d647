using System.Runtime.InteropServices;

namespace ImdsProxy.Serving;

/// <summary>SIGUSR1: forget all answers that are kept, at once.</summary>
internal static partial class ForgetSignal
{
    /// <summary>Linux's number; .NET has no name for it.</summary>
    private const PosixSignal UserSignal1 = (PosixSignal)10;

    public static IDisposable Register(NodeProxy proxy, ILogger logger) => PosixSignalRegistration.Create(UserSignal1, signal =>
    {
        signal.Cancel = true;
        Log.CacheCleared(logger, proxy.ForgetAnswers());
    });

    private static partial class Log
    {
        [LoggerMessage(EventName = "CacheCleared", Level = LogLevel.Information, Message = "Told by SIGUSR1 to forget: {Count} kept answers are wiped")]
        public static partial void CacheCleared(ILogger logger, int count);
    }
}
