using System.Globalization;
using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches times after a given time. Both times are in UTC and in whole seconds, so comparing bytes compares times.</summary>
internal sealed class LaterMatch(DateTimeOffset moment) : ValueMatch
{
    private readonly byte[] _moment = Encoding.ASCII.GetBytes(moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));

    public override bool Matches(ReadOnlySpan<byte> value) => value.SequenceCompareTo(_moment) > 0;
}
