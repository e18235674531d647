using System.Globalization;
using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>A moment after another. Both are written in whole seconds of UTC, so their bytes compare as they do.</summary>
internal sealed class LaterMatch(DateTimeOffset moment) : ValueMatch
{
    private readonly byte[] _moment = Encoding.ASCII.GetBytes(moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));

    public override bool Matches(ReadOnlySpan<byte> value) => value.SequenceCompareTo(_moment) > 0;
}
