using System.Buffers;
using System.Globalization;
using System.Text;

namespace ImdsProxy.HostPods;

/// <summary>
/// Follows the bytes of a client and finds the heads of its requests, for records only. It alters nothing and is tolerant, because the bytes
/// go to IMDS whatever it makes of them. Where it cannot tell where the next request begins, it gives up on the connection.
/// </summary>
/// <param name="found">Called with each head, and once with <see cref="RequestHead.Lost"/>.</param>
internal sealed class RequestHeads(Action<RequestHead> found)
{
    /// <summary>The most bytes of a head that are kept. IMDS itself refuses larger heads.</summary>
    public const int MaxHead = 16 * 1024;

    private readonly ArrayBufferWriter<byte> _head = new();
    private long _body;
    private bool _isLost;

    /// <summary>Takes the next bytes of the connection.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_isLost)
        {
            if (_body > 0)
            {
                var skipped = (int)Math.Min(_body, bytes.Length);
                _body -= skipped;
                bytes = bytes[skipped..];
            }
            else
            {
                bytes = bytes[TakeLine(bytes)..];
            }
        }
    }

    // Takes the bytes up to the end of a line, and returns their number.
    private int TakeLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        var length = end < 0 ? bytes.Length : end + 1;
        if (_head.WrittenCount + length > MaxHead)
        {
            Lose();
            return bytes.Length;
        }

        _head.Write(bytes[..length]);
        if (end >= 0 && IsHeadComplete())
        {
            EndHead();
        }

        return length;
    }

    private bool IsHeadComplete()
    {
        var head = _head.WrittenSpan;
        if (head.TrimStart("\r\n"u8).IsEmpty)
        {
            // Empty lines before a request count for nothing (RFC 9112, section 2.2).
            _head.ResetWrittenCount();
            return false;
        }

        return head.EndsWith("\n\n"u8) || head.EndsWith("\n\r\n"u8);
    }

    private void EndHead()
    {
        var head = Parse(Encoding.Latin1.GetString(_head.WrittenSpan));
        _head.ResetWrittenCount();
        if (head is null)
        {
            Lose();
            return;
        }

        found(head);
        if (BodyLength(head) is { } length)
        {
            _body = length;
        }
        else
        {
            Lose();
        }
    }

    private void Lose()
    {
        _isLost = true;
        _head.Clear();
        found(RequestHead.Lost);
    }

    private static RequestHead? Parse(string head)
    {
        var lines = head.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var words = lines[0].Split(' ');
        return words is [{ Length: > 0 } method, { Length: > 0 } target, var version] && version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            ? new RequestHead(method, target, [.. lines.Skip(1).Select(Header)])
            : null;
    }

    private static KeyValuePair<string, string> Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? KeyValuePair.Create(line, "") : KeyValuePair.Create(line[..colon].Trim(), line[(colon + 1)..].Trim());
    }

    // Null where the end of the body is not known in advance.
    private static long? BodyLength(RequestHead head)
    {
        if (head.Count("Transfer-Encoding") > 0 || head.Count("Upgrade") > 0 || head.Method == "CONNECT")
        {
            return null;
        }

        return head.Count("Content-Length") switch
        {
            0 => 0,
            1 when long.TryParse(head.First("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) => length,
            _ => null,
        };
    }
}
