namespace ImdsProxy.Runtime;

/// <summary>
/// Leaves signals to the command that started the listener: it ends when the command ends it,
/// where the host's own lifetime would end it at the first SIGTERM.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
