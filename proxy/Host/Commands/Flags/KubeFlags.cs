using System.CommandLine;
using ImdsProxy.Kubernetes;

namespace ImdsProxy.Commands.Flags;

/// <summary>The flags for reaching the API server.</summary>
internal sealed class KubeFlags
{
    private readonly Option<string?> _api = Flag.Text("--kube-api", "URL of the Kubernetes API server; detected inside a pod");
    private readonly Option<string?> _token = Flag.Text("--kube-token-file", "File with the token for the API server, reread when it rotates; detected inside a pod");
    private readonly Option<string?> _ca = Flag.Text("--kube-ca-file", "PEM file with the CA certificate of the API server; detected inside a pod");

    public void AddTo(Command command)
    {
        command.Options.Add(_api);
        command.Options.Add(_token);
        command.Options.Add(_ca);
    }

    /// <summary>Reads the settings from the flags and, inside a pod, from its environment.</summary>
    /// <exception cref="FormatException">The settings are incomplete.</exception>
    public KubeSettings Read(System.CommandLine.Parsing.CommandResult flags) =>
        KubeSettingsReader.Read(flags.GetValue(_api), flags.GetValue(_token), flags.GetValue(_ca), Environment.GetEnvironmentVariable);
}
