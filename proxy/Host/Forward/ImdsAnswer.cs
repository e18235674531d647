using System.Security.Cryptography;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy.Deciding;
using Microsoft.Extensions.Primitives;

namespace ImdsProxy.Forward;

/// <summary>
/// IMDS's answer, whole and unseen by any caller; or why there is none. Several requests may hold the same one; when the
/// last lets go its bytes are wiped, whether the answer left or not.
/// </summary>
internal sealed class ImdsAnswer
{
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
    /// <param name="headers">Those that may go on.</param>
    /// <param name="buffer">Holds the body, and belongs to the answer from here on.</param>
    /// <param name="length">The length of the body.</param>
    /// <param name="envelope">What a credential in it says of itself, or null where there is none.</param>
    public ImdsAnswer(int status, KeyValuePair<string, StringValues>[] headers, byte[] buffer, int length, CredentialEnvelope? envelope)
    {
        Status = status;
        Headers = headers;
        _buffer = buffer;
        _length = length;
        Envelope = envelope;
    }

    public ForwardFailure Failure { get; }

    /// <summary>IMDS's status, or null where it did not answer.</summary>
    public int? Status { get; }

    public KeyValuePair<string, StringValues>[] Headers { get; } = [];

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    public CredentialEnvelope? Envelope { get; }

    /// <summary>When to ask again, where IMDS or the queue before it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The moment it came, as a timestamp of the process's clock.</summary>
    public long ReceivedAt { get; init; }

    public static ImdsAnswer Failed(ForwardFailure failure, int? status = null) => new(failure, status);

    /// <summary>It was not IMDS's turn to be asked in time.</summary>
    public static ImdsAnswer Throttled(TimeSpan retryAfter) => new(ForwardFailure.Throttled, null) { RetryAfter = retryAfter };

    /// <summary>What is recorded of the credential in it, or null where there is none; worked out once for a policy, which names the identity.</summary>
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

    /// <summary>Holds it once more; false where the last has let go already and the bytes are gone.</summary>
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

    /// <summary>Lets go of it.</summary>
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
