using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit.Sql;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches times after a given time. Both times are in UTC and in whole seconds, so comparing bytes compares times.</summary>
internal sealed class LaterMatch(DateTimeOffset moment) : ValueMatch
{
    private readonly byte[] _moment = Encoding.ASCII.GetBytes(moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));

    public override bool Matches(ReadOnlySpan<byte> value) => value.SequenceCompareTo(_moment) > 0;

    // The column is 1970 for a record without an expiry, and can't exceed 32 bits.
    public override string Sql(AuditField field) =>
        $"toUnixTimestamp({SqlColumns.Name(field)}) > {Math.Clamp(moment.ToUnixTimeSeconds(), 0, uint.MaxValue).ToString(CultureInfo.InvariantCulture)}";
}
