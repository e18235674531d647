namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>A number made from texts and numbers, the same in every run (FNV-1a).</summary>
internal static class StableNumber
{
    private const uint Start = 2166136261;
    private const uint Prime = 16777619;

    public static int Of(string text, int first = 0, int second = 0)
    {
        var hash = Start;
        foreach (var character in text)
        {
            hash = (hash ^ character) * Prime;
        }

        hash = (hash ^ (uint)first) * Prime;
        hash = (hash ^ (uint)second) * Prime;
        return (int)((hash ^ (hash >> 15)) & int.MaxValue);
    }
}
