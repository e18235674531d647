namespace ImdsProxy.Operate;

/// <summary>
/// Leaves signals to the command that started the listener: it answers until the data listener has drained,
/// where the host's own lifetime would end it at the first SIGTERM.
/// </summary>
internal sealed class ManagementLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
