namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>Damages bytes at random: some are changed, and the end is cut off.</summary>
internal static class DamagedBytes
{
    public static byte[] Of(Random random, byte[] bytes)
    {
        for (var change = random.Next(4); change > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)];
    }
}
