using System.Net;

namespace ImdsProxy.Management;

/// <summary>Where the management listener listens.</summary>
internal sealed class ManagementOptions
{
    /// <summary><c>--management</c>, as <see cref="ManagementAddress.Parse"/> reads it.</summary>
    public required EndPoint Management { get; init; }

    /// <summary><c>--management-token-file</c>, or null. Without it, only the Unix socket serves the guarded paths.</summary>
    public string? TokenFile { get; init; }

    /// <summary><c>--metrics</c>, or null for none.</summary>
    public IPEndPoint? Metrics { get; init; }
}
