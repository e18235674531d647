using System.Text;
using ImdsProxy.HostPods;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The bytes of the node's own clients. What is found must not depend on how the bytes arrive.</summary>
internal sealed class HeadsTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        var whole = Heads(input.Span, input.Length);
        foreach (var size in new[] { 1, 2, 5 })
        {
            FuzzCheck.That(Heads(input.Span, size).SequenceEqual(whole, StringComparer.Ordinal), "the heads are the same however the bytes are cut");
        }

        FuzzCheck.That(whole.IndexOf("") is var lost && (lost < 0 || lost == whole.Count - 1), "nothing is found after the thread is lost");
        var text = Encoding.Latin1.GetString(input.Span);
        FuzzCheck.That(whole.TrueForAll(head => head.Length == 0 || text.Contains(head, StringComparison.Ordinal)), "a head stands in the bytes");
        return whole.Exists(static head => head.Length > 0);
    }

    private static List<string> Heads(ReadOnlySpan<byte> bytes, int size)
    {
        var found = new List<string>();
        var heads = new RequestHeads(head => found.Add(ReferenceEquals(head, RequestHead.Lost) ? "" : $"{head.Method} {head.Target}"));
        for (var at = 0; at < bytes.Length; at += size)
        {
            heads.Take(bytes[at..Math.Min(bytes.Length, at + size)]);
        }

        return found;
    }
}
