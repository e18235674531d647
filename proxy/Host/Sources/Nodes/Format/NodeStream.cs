using System.Text;

namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>
/// The format in which a node answers: a line with the version and the kind, lines of that kind, and a last line that tells how much
/// was read. Both sides must speak the same version, because an answer that is misunderstood looks like a good one.
/// </summary>
internal static class NodeStream
{
    public const int Version = 1;

    /// <summary>Longer than any line of ours. A longer line must not exhaust the reader's memory.</summary>
    public const int MostLineBytes = 8 << 20;

    /// <summary>Lines of the log.</summary>
    public const string Records = "records";

    /// <summary>Counts of <c>audit stats</c>, which can be added up.</summary>
    public const string Groups = "groups";

    /// <summary>Reduced demands, which can be merged.</summary>
    public const string Demands = "demands";

    /// <summary>The first bytes of the last line.</summary>
    public static ReadOnlySpan<byte> End => "end "u8;

    public static byte[] Header(string kind) => Encoding.ASCII.GetBytes($"imds-proxy {kind} {Version}");
}
