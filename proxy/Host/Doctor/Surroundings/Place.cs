namespace ImdsProxy.Doctor.Surroundings;

/// <summary>Where the doctor runs. This decides which checks apply.</summary>
/// <param name="OnNode">Whether the process uses the node's network and not the network of an ordinary pod.</param>
/// <param name="Container">The container of the chart, <c>redirect</c> or <c>proxy</c>, or null outside of them.</param>
internal sealed record Place(bool OnNode, string? Container)
{
    public override string ToString() => this switch
    {
        { Container: { } name } => $"in the container {name}, on the node's network",
        { OnNode: true } => "on the node's network",
        _ => "in an ordinary pod",
    };

    /// <param name="network"><c>auto</c>, <c>node</c> or <c>pod</c>.</param>
    /// <param name="main">The main process of the container, or null.</param>
    /// <param name="files">The files that show the network devices.</param>
    public static Place Of(string network, MainProcess? main, HostFiles files)
    {
        var container = main?.Command switch
        {
            MainProcess.Redirect => "redirect",
            MainProcess.Serve => "proxy",
            _ => null,
        };
        var onNode = network == "node" || (network == "auto" && (container is not null || HasDevice(files)));
        return new Place(onNode, onNode ? container : null);
    }

    // The node has a network card. The only interfaces of an ordinary pod are virtual ones.
    private static bool HasDevice(HostFiles files) =>
        files.Directories("/sys/class/net").Any(name => files.HasDirectory($"/sys/class/net/{name}/device"));
}
