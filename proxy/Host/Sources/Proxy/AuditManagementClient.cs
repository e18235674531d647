using ImdsProxy.Management;

namespace ImdsProxy.Sources.Proxy;

/// <summary>Reads audit log lines from a running proxy.</summary>
internal sealed class AuditManagementClient(ManagementClient management)
{
    /// <summary>Passes each line of a response to <paramref name="take"/>.</summary>
    /// <returns>The number of lines.</returns>
    /// <exception cref="HttpRequestException">The proxy does not answer, or refuses the request; the message contains the proxy's reason.</exception>
    public Task<long> EachAsync(string pathAndQuery, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation) =>
        management.GetAsync(pathAndQuery, stream => LineStream.ReadAsync(stream, take, flush, cancellation), cancellation);
}
