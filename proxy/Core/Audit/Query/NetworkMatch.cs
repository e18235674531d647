using System.Net;
using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches an address or an address range.</summary>
internal sealed class NetworkMatch(IPNetwork network) : ValueMatch
{
    public override bool Matches(ReadOnlySpan<byte> value) =>
        value.Length <= 45 && IPAddress.TryParse(Encoding.ASCII.GetString(value), out var address) && network.Contains(address);
}
