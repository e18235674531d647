using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>A number and how often it occurred, without padding, because a log can have millions of them.</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
internal struct TallyEntry(int key, long count)
{
    public readonly int Key = key;

    public long Count = count;

    public readonly void Deconstruct(out int key, out long count) => (key, count) = (Key, Count);
}
