using System.Buffers;
using System.Security.Cryptography;
using ImdsProxy.Core.Credentials;

namespace ImdsProxy.Forward;

/// <summary>
/// IMDS's answer to a credential request, whole and unseen by the caller. Its buffer is wiped when it is disposed of,
/// whether the answer left or not.
/// </summary>
internal sealed class CredentialResponse : IDisposable
{
    private readonly byte[]? _buffer;
    private readonly int _length;

    private CredentialResponse(ForwardFailure failure, int? status)
    {
        Failure = failure;
        UpstreamStatus = status;
    }

    public CredentialResponse(int status, IReadOnlyList<KeyValuePair<string, string[]>> headers, byte[] buffer, int length, CredentialEnvelope? envelope)
    {
        UpstreamStatus = status;
        Headers = headers;
        _buffer = buffer;
        _length = length;
        Envelope = envelope;
    }

    public ForwardFailure Failure { get; }

    /// <summary>IMDS's status, or null where it did not answer.</summary>
    public int? UpstreamStatus { get; }

    public IReadOnlyList<KeyValuePair<string, string[]>> Headers { get; } = [];

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _length);

    /// <summary>What the credential says of itself, or null where there is none in it.</summary>
    public CredentialEnvelope? Envelope { get; }

    public static CredentialResponse Failed(ForwardFailure failure, int? status = null) => new(failure, status);

    public void Dispose()
    {
        if (_buffer is not null)
        {
            CryptographicOperations.ZeroMemory(_buffer);
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
