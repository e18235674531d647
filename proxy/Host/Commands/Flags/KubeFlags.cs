using System.CommandLine;
using ImdsProxy.Kubernetes;

namespace ImdsProxy.Commands.Flags;

/// <summary>The flags that tell where the API server is.</summary>
internal sealed class KubeFlags
{
    private readonly Option<string?> _api = Flag.Text("--kube-api", "The Kubernetes API server; in a pod it is known");
    private readonly Option<string?> _token = Flag.Text("--kube-token-file", "The token for the API server, read again as it rotates; in a pod it is known");
    private readonly Option<string?> _ca = Flag.Text("--kube-ca-file", "The authority that vouches for the API server, as PEM; in a pod it is known");

    public void AddTo(Command command)
    {
        command.Options.Add(_api);
        command.Options.Add(_token);
        command.Options.Add(_ca);
    }

    /// <summary>What the flags and the pod say. Throws <see cref="FormatException"/> where that is not enough.</summary>
    public KubeSettings Read(System.CommandLine.Parsing.CommandResult flags) =>
        KubeSettingsReader.Read(flags.GetValue(_api), flags.GetValue(_token), flags.GetValue(_ca), Environment.GetEnvironmentVariable);
}
