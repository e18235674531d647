using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Watching;

/// <summary>Decides whether displaced jumps are moved back, and raises an alarm when they are no longer moved back.</summary>
internal sealed partial class DisplacedJumps(RedirectServices services)
{
    private readonly MoveLimit _limit = new(services.Time);

    public bool MayMove(CheckResult check)
    {
        if (!check.Chains.Any(c => c.OnlyDisplaced))
        {
            return true;
        }

        var verdict = _limit.Ask();
        if (verdict == MoveVerdict.Alarm)
        {
            services.Metrics.Alarmed();
            Messages.LeftDisplaced(services.Log, string.Join("; ", check.Missing));
        }
        else if (verdict == MoveVerdict.Move)
        {
            services.Metrics.Moved();
        }

        return verdict == MoveVerdict.Move;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "RedirectLeftDisplaced", Level = LogLevel.Critical, Message = "Another program keeps displacing our jump, so it is not moved back for ten minutes: {Missing}")]
        public static partial void LeftDisplaced(ILogger log, string missing);
    }
}
