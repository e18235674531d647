using System.CommandLine;
using System.Net;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Commands.Redirect;
using ImdsProxy.Doctor;
using ImdsProxy.Kubernetes;
using ImdsProxy.Management;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands.Doctor;

/// <summary>The flags of <c>doctor</c>. Those of the redirect and of <c>serve</c> have the same names there.</summary>
internal sealed class DoctorFlags
{
    private readonly RedirectFlags _redirect = new();
    private readonly KubeFlags _kube = new();
    private readonly Option<IPEndPoint?> _listen = Flag.Of<IPEndPoint?>("--listen", "The proxy's address, instead of --node-ip and --port.", FlagValues.IpEndPoint);
    private readonly Option<EndPoint> _management = Flag.Of("--management", "Management address of the proxy: IP:PORT or unix:PATH.", ManagementAddress.Parse, ManagementAddress.Default);
    private readonly Option<string> _upstream = Flag.Of("--upstream", "URL of IMDS.", Url, "http://169.254.169.254");
    private readonly Option<string?> _policy = Flag.Text("--policy-configmap", "ConfigMap with the policy: NAMESPACE/NAME[/KEY].");
    private readonly Option<string?> _override = Flag.Text("--override-configmap", "Break-glass ConfigMap: NAMESPACE/NAME.");
    private readonly Option<string?> _taint = Flag.Text("--startup-taint", "Key of the taint that the proxy removes from its node.");
    private readonly Option<string?> _eventQps = Flag.Text("--event-qps", "How many Events per second the proxy creates.");
    private readonly Option<long> _auditMaxBytes = Flag.Of("--audit-max-bytes", "The size limit of the audit log's directory.", FlagValues.Size, "1GiB");
    private readonly Option<string?> _chart = Flag.Text("--chart-version", "The version for which the chart was made.");
    private readonly Option<TimeSpan> _timeout = Flag.Of("--timeout", "Time limit of each check.", FlagValues.Duration, "20s");

    public Option<string> Network { get; } = Flag.Of("--network", "Whose network this is: node, pod, or auto (node if there is a network card).", FlagValues.OneOf("auto", "node", "pod"), "auto");

    public Option<string> HostRoot { get; } = Flag.Of("--host-root", "Where the node's files are: / on a node, /host in a pod of kubectl debug node.", static text => text, "/");

    public Option<string> Output { get; } = OutputFlag.Of("text", "json");

    public void AddTo(Command command)
    {
        _redirect.AddForDoctor(command);
        _kube.AddTo(command);
        foreach (var option in new Option[] { _listen, _management, _upstream, _policy, _override, _taint, _eventQps, _auditMaxBytes, _chart, _timeout, Network, HostRoot, Output })
        {
            command.Options.Add(option);
        }
    }

    public ReadNodeLabels Labels(ParseResult parsed) => cancellation =>
        Task.FromResult(parsed.GetValue(_redirect.NodeLabelsFile) is { } path ? HostRouting.ParseLabels(BoundedFile.ReadText(path)) : null);

    public DoctorSettings Read(ParseResult parsed)
    {
        var redirect = _redirect.Read(parsed);
        var listen = parsed.GetValue(_listen);
        var (kube, noKube) = Kube(parsed);
        return new DoctorSettings
        {
            Redirect = listen is null ? redirect : redirect with { Port = listen.Port },
            Management = parsed.GetRequiredValue(_management),
            Upstream = new Uri(parsed.GetRequiredValue(_upstream)),
            Kube = kube,
            NoKube = noKube,
            Namespace = parsed.GetValue(_policy)?.Split('/')[0],
            ConfigMaps = [.. new[] { parsed.GetValue(_policy), parsed.GetValue(_override) }.Select(static name => name?.Split('/')).Where(static parts => parts?.Length > 1).Select(static parts => parts![1])],
            Events = parsed.GetValue(_eventQps) is not "0",
            StartupTaint = parsed.GetValue(_taint) is not null,
            AuditDirectory = parsed.GetValue(_redirect.AuditDirectory),
            AuditMaxBytes = parsed.GetValue(_auditMaxBytes),
            ChartVersion = parsed.GetValue(_chart),
            HostPods = redirect.HostPods,
            Timeout = parsed.GetValue(_timeout),
        };
    }

    // An account is a token. Without one, the API server would answer as to a stranger, which says nothing about the proxy.
    private (KubeSettings? Settings, string? Reason) Kube(ParseResult parsed)
    {
        const string Elsewhere = "No account of Kubernetes is mounted here; run doctor in the container proxy.";
        try
        {
            var settings = _kube.Read(parsed.CommandResult);
            return settings.TokenFile is null ? (null, Elsewhere) : (settings, null);
        }
        catch (FormatException)
        {
            return (null, Elsewhere);
        }
    }

    private static string Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp ? text : throw new FormatException("write a URL such as http://169.254.169.254");
}
