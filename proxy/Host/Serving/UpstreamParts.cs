using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Forward.Sharing;

namespace ImdsProxy.Serving;

/// <summary>The parts between a permit and IMDS, put together.</summary>
internal sealed class UpstreamParts : IDisposable
{
    /// <param name="options">Where IMDS is, and how long it may take to answer.</param>
    /// <param name="limits">How many requests IMDS accepts.</param>
    /// <param name="sharing">Which answers may be served again.</param>
    /// <param name="mayKeep">Whether the policy in force permits a credential to any caller.</param>
    /// <param name="time">The clock.</param>
    public UpstreamParts(
        UpstreamOptions options, LimitOptions limits, SharingOptions sharing, Func<ImdsRequest, CredentialAnswer, bool> mayKeep, TimeProvider time)
    {
        Connections = new Upstream(options);
        Fetcher = new AnswerFetcher(Connections, time);
        Lanes = new Lanes(limits, time);
        Sharing = new AnswerSharing(Fetcher, Lanes, sharing, mayKeep, time);
    }

    public Upstream Connections { get; }

    public AnswerFetcher Fetcher { get; }

    public Lanes Lanes { get; }

    public AnswerSharing Sharing { get; }

    public void Dispose()
    {
        Sharing.Dispose();
        Lanes.Dispose();
        Connections.Dispose();
    }
}
