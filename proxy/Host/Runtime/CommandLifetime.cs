namespace ImdsProxy.Runtime;

/// <summary>
/// Leaves signals to the command that started the listener. The default lifetime of the host would end the listener at the first
/// SIGTERM.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
