using System.Security.Cryptography;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy.Deciding;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Forward.Imds;

/// <summary>
/// A whole answer from IMDS that no caller has seen yet, or the reason for a missing answer. Several requests may hold the same answer.
/// When the last holder releases the answer, its bytes are wiped, whether the answer was sent or not.
/// </summary>
internal sealed class ImdsAnswer
{
    /// <summary>Stands for an answer that needs no further action, because it was streamed or the gate held it back.</summary>
    public static readonly ImdsAnswer Streamed = new(ForwardFailure.None, status: null);

    private readonly byte[]? _buffer;
    private readonly int _length;
    private int _holders = 1;
    private NamedIssue? _issued;

    private ImdsAnswer(ForwardFailure failure, int? status)
    {
        Failure = failure;
        Status = status;
    }

    /// <param name="status">IMDS's status.</param>
    /// <param name="headers">The headers that may be passed on.</param>
    /// <param name="buffer">The buffer that holds the body. The answer takes ownership of it.</param>
    /// <param name="length">The length of the body.</param>
    /// <param name="envelope">The facts that the answer states about its credential, or null if it has no credential.</param>
    public ImdsAnswer(int status, KeyValuePair<string, StringValues>[] headers, byte[] buffer, int length, CredentialEnvelope? envelope)
    {
        Status = status;
        Headers = headers;
        _buffer = buffer;
        _length = length;
        Envelope = envelope;
    }

    public ForwardFailure Failure { get; }

    /// <summary>The status from IMDS, or null if IMDS did not answer.</summary>
    public int? Status { get; }

    public KeyValuePair<string, StringValues>[] Headers { get; } = [];

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    public CredentialEnvelope? Envelope { get; }

    /// <summary>The delay before a retry, if IMDS or the queue in front of it set a delay.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The time when the answer was received, as a timestamp of the process's clock.</summary>
    public long ReceivedAt { get; init; }

    public static ImdsAnswer Failed(ForwardFailure failure, int? status = null) => new(failure, status);

    /// <summary>The request could not be sent in time.</summary>
    public static ImdsAnswer Throttled(TimeSpan retryAfter) => new(ForwardFailure.Throttled, null) { RetryAfter = retryAfter };

    /// <summary>The facts about the answer's credential for the record, or null if the answer has no credential. Computed once for each policy, because the policy names the identity.</summary>
    public IssuedCredential? IssuedUnder(PolicySnapshot policy)
    {
        if (Envelope is not { } envelope)
        {
            return null;
        }

        var known = _issued;
        if (known?.Policy != policy)
        {
            _issued = known = new NamedIssue(policy, Issued(policy, envelope));
        }

        return known.Issued;
    }

    /// <summary>Adds a holder. Returns false if the last holder has released the answer and its bytes are wiped.</summary>
    public bool TryHold()
    {
        while (true)
        {
            var now = Volatile.Read(ref _holders);
            if (now == 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _holders, now + 1, now) == now)
            {
                return true;
            }
        }
    }

    /// <summary>Removes a holder. The last holder wipes the bytes.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && _buffer is not null)
        {
            CryptographicOperations.ZeroMemory(_buffer);
        }
    }

    private static IssuedCredential Issued(PolicySnapshot policy, CredentialEnvelope envelope) => new(
        policy.AliasOf(envelope.Answer.ClientId),
        envelope.Answer.ClientId,
        envelope.Answer.Resource,
        envelope.ExpiresOn,
        envelope.TokenId)
    {
        Audience = envelope.Answer.Claims?.AudienceId,
    };

    private sealed record NamedIssue(PolicySnapshot Policy, IssuedCredential Issued);
}
