using System.Buffers.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches numbers in a range, both ends included.</summary>
internal sealed class NumberMatch(double least, double most) : ValueMatch
{
    public override bool Matches(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out double number, out var read) && read == value.Length && number >= least && number <= most;
}
