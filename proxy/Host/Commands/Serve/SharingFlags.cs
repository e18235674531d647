using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Enforce;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;

namespace ImdsProxy.Commands.Serve;

/// <summary>The flags of <c>serve</c> for caching, and for sharing IMDS among callers.</summary>
internal sealed class SharingFlags
{
    private static readonly SharingOptions Sharing = new();
    private static readonly LaneOptions Lane = new();

    private readonly Option<string> _tokenCache = Flag.Of("--token-cache", "Whether to cache tokens for all callers that may receive them: on or off", FlagValues.OneOf("on", "off"), "on");
    private readonly Option<TimeSpan> _tokenCacheMaxAge = Flag.Of("--token-cache-max-age", "Maximum time in the token cache; a token in its last 10 minutes is never served from the cache", FlagValues.Duration, $"{Sharing.TokenCacheMaxAge.TotalMinutes}m");
    private readonly Option<TimeSpan> _instanceCacheMaxAge = Flag.Of("--instance-cache-max-age", "Maximum time in the cache for responses of /metadata/instance; 0s disables it", FlagValues.Duration, $"{Sharing.InstanceCacheMaxAge.TotalSeconds}s");
    private readonly Option<int> _callerRate = Flag.Of("--caller-rate", $"Maximum requests per second of one caller, each with its own record; 0 for no limit, but then requests above {EnforceOptions.RecordRateWithoutCallerRate} per second may share a record", FlagValues.Count, "0");
    private readonly Option<string> _upstreamLimits = Flag.Of("--upstream-limits", "When the next three limits apply: learn (from IMDS's first 429 until a minute after its last 429), fixed (always) or off", FlagValues.OneOf("learn", "fixed", "off"), "learn");
    private readonly Option<int> _upstreamRate = Flag.Of("--upstream-rate", "Maximum requests per second to IMDS, not counting its identity endpoints; 0 for no limit", FlagValues.Count, $"{LimitOptions.ImdsPerSecond}");
    private readonly Option<int> _upstreamTokenRate = Flag.Of("--upstream-token-rate", "Maximum requests per second to IMDS's identity endpoints; 0 for no limit", FlagValues.Count, $"{LimitOptions.ImdsTokensPerSecond}");
    private readonly Option<int> _upstreamTokensAtOnce = Flag.Of("--upstream-token-concurrency", "Maximum concurrent requests to IMDS's identity endpoints; 0 for no limit", FlagValues.Count, $"{LimitOptions.ImdsTokensAtOnce}");
    private readonly Option<int> _queueDepth = Flag.Of("--queue-depth", "Maximum number of one caller's requests that wait because of these limits", FlagValues.Count, $"{Lane.DepthPerCaller}");
    private readonly Option<TimeSpan> _queueWait = Flag.Of("--queue-wait", "Maximum time that a request waits because of these limits", FlagValues.Duration, $"{Lane.Wait.TotalSeconds}s");

    public void AddTo(Command command)
    {
        Option[] flags = [_tokenCache, _tokenCacheMaxAge, _instanceCacheMaxAge, _callerRate, _upstreamLimits, _upstreamRate, _upstreamTokenRate, _upstreamTokensAtOnce, _queueDepth, _queueWait];
        foreach (var flag in flags)
        {
            command.Options.Add(flag);
        }
    }

    public int CallerRate(ParseResult flags) => flags.GetValue(_callerRate);

    public SharingOptions ReadSharing(ParseResult flags) => new()
    {
        TokenCache = flags.GetValue(_tokenCache) == "on",
        TokenCacheMaxAge = flags.GetValue(_tokenCacheMaxAge),
        InstanceCacheMaxAge = flags.GetValue(_instanceCacheMaxAge),
    };

    public LimitOptions ReadLimits(ParseResult flags) => new()
    {
        General = Of(flags, flags.GetValue(_upstreamRate), atOnce: 0),
        Identity = Of(flags, flags.GetValue(_upstreamTokenRate), flags.GetValue(_upstreamTokensAtOnce)),
    };

    private LaneOptions Of(ParseResult flags, int perSecond, int atOnce) => flags.GetValue(_upstreamLimits) == "off" ? new() : new()
    {
        PerSecond = perSecond,
        AtOnce = atOnce,
        Learns = flags.GetValue(_upstreamLimits) == "learn",
        DepthPerCaller = Math.Max(1, flags.GetValue(_queueDepth)),
        Wait = flags.GetValue(_queueWait),
    };
}
