using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving;

/// <summary>Break glass: lowers the policy to audit mode while an override is in force. Every override expires automatically.</summary>
/// <param name="asked">Reads the current override.</param>
/// <param name="policy">The policy to lower.</param>
/// <param name="audit">Records the beginning and the end of an override.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs the beginning and the end.</param>
internal sealed partial class ModeOverride(Func<Override> asked, ActivePolicy policy, IAuditLog audit, TimeProvider time, ILogger<ModeOverride> logger)
{
    private volatile Override _current = Override.None;

    /// <summary>Whether the override is in force now.</summary>
    public bool IsOn => _current.On;

    /// <summary>Reads the override once, and applies it.</summary>
    public async Task LookAsync()
    {
        var before = _current;
        var now = asked();
        _current = now;
        if (now.Refusal is { } why && why != before.Refusal)
        {
            Log.OverrideRefused(logger, why);
        }

        if (now.On == before.On)
        {
            return;
        }

        policy.Lower(now.On);
        if (now.On)
        {
            Log.OverrideBegan(logger, now.Until, now.Reason);
            await TellAsync("override-began", now);
        }
        else
        {
            Log.OverrideEnded(logger, before.Reason);
            await TellAsync("override-ended", before);
        }
    }

    /// <summary>Follows the override until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(FileWatch.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The proxy ends. The next process reads the override again.
        }
    }

    private async Task TellAsync(string name, Override what) => await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), name, new JsonObject
    {
        ["mode"] = "audit",
        ["until"] = what.Until.UtcDateTime.ToString("O"),
        ["reason"] = what.Reason,
    }));

    private static partial class Log
    {
        [LoggerMessage(EventName = "OverrideBegan", Level = LogLevel.Warning, Message = "Break glass has begun: everything except rules with their own mode is in audit mode until {Until:O}: {Reason}")]
        public static partial void OverrideBegan(ILogger logger, DateTimeOffset until, string reason);

        [LoggerMessage(EventName = "OverrideEnded", Level = LogLevel.Warning, Message = "Break glass has ended ({Reason}); the policy is in force as written")]
        public static partial void OverrideEnded(ILogger logger, string reason);

        [LoggerMessage(EventName = "OverrideRefused", Level = LogLevel.Error, Message = "The override is refused: {Why}")]
        public static partial void OverrideRefused(ILogger logger, string why);
    }
}
