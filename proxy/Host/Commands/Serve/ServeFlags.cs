using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Deny;
using ImdsProxy.Enforce;
using ImdsProxy.Forward.Imds;
using ImdsProxy.HostPods;
using ImdsProxy.Listen;
using ImdsProxy.Logs;
using ImdsProxy.Management;
using ImdsProxy.Serving;

namespace ImdsProxy.Commands.Serve;

/// <summary>The flags of <c>serve</c>, and the options that they set.</summary>
internal sealed class ServeFlags
{
    private static readonly ListenOptions Limits = new();
    private static readonly UpstreamOptions Upstreams = new();

    private readonly Option<IPEndPoint> _listen = Flag.Of("--listen", "Address to which the redirect sends the pods' requests", FlagValues.IpEndPoint, "0.0.0.0:16254");
    private readonly Option<EndPoint> _management = Flag.Of("--management", "Management address, with /livez, /readyz, /metrics and more: IP:PORT or unix:PATH", ManagementAddress.Parse, ManagementAddress.Default);
    private readonly Option<string?> _managementToken = Flag.Text("--management-token-file", "File with the bearer token for the protected paths of a TCP management address");
    private readonly Option<IPEndPoint?> _metrics = Flag.Of<IPEndPoint?>("--metrics", "Address of a second management listener, with /metrics, /livez and /readyz only", FlagValues.IpEndPoint);
    private readonly Option<Uri> _upstream = Flag.Of("--upstream", "URL of IMDS", UpstreamAddress, "http://169.254.169.254");
    private readonly Option<TimeSpan> _upstreamTimeout = Flag.Of("--upstream-timeout", "Time limit for a response from IMDS; always 2 minutes for scheduled events", FlagValues.Duration, Text(Upstreams.Timeout));
    private readonly Option<string?> _policy = Flag.Text("--policy", "Policy: a JSON file, or a directory whose *.json files together form one policy");
    private readonly Option<string?> _callers = Flag.Text("--callers", "Source of the pods and their addresses: kubernetes or file:PATH");
    private readonly Option<string?> _nodeName = Flag.Text("--node-name", "Name of this node, for the audit log");
    private readonly Option<string?> _clusterName = Flag.Text("--cluster-name", "Name of this cluster, for the audit log");
    private readonly Option<TimeSpan> _identifyWait = Flag.Of("--identify-wait", "Maximum time that a request waits for its pod to become known", FlagValues.Duration, "3s");
    private readonly Option<TimeSpan> _drainTimeout = Flag.Of("--drain-timeout", "Maximum time that shutdown waits for requests in flight", FlagValues.Duration, "15s");
    private readonly Option<string?> _denialHelp = Flag.Text("--denial-help", "Whom to contact; appended to each denial");
    private readonly Option<TokenDenialForm> _tokenDenial = Flag.Of("--token-denial", "Response to a denied token request: forbidden (403) or identity-not-found (IMDS's own 400, after which more SDKs try their next credential)", TokenDenial, "forbidden");
    private readonly Option<bool> _requireOriginalDestination = Flag.Switch("--require-original-destination", "Refuse connections that were not redirected from 169.254.169.254:80");
    private readonly Option<bool> _hostPods = Flag.Switch("--host-pods", "Tell pods on hostNetwork apart by the cgroups of their sockets, and pass the node's own traffic on unchanged; redirect --host-pods sends both here");
    private readonly Option<string?> _cgroupRoot = Flag.Text("--cgroup-root", "Where the host's cgroup v2 hierarchy is mounted; by default /sys/fs/cgroup");
    private readonly Option<string?> _overrideDirectory = Flag.Text("--override-dir", "Directory with the break-glass files mode, until and reason");
    private readonly Option<string?> _readyFile = Flag.Text("--ready-file", "File in which the proxy reports to redirect --ready-file whether it is ready");
    private readonly Option<int> _maxConnections = Count("--max-connections", "Maximum number of connections", Limits.MaxConnections);
    private readonly Option<int> _maxConnectionsPerCaller = Count("--max-connections-per-caller", "Maximum number of connections per source address", Limits.MaxConnectionsPerCaller);
    private readonly Option<int> _maxRequestsPerCaller = Count("--max-requests-per-caller", "Maximum number of requests in flight per source address", Limits.MaxRequestsPerCaller);
    private readonly Option<int> _maxRequestLine = Size("--max-request-line", "Maximum size of a request line", Limits.MaxRequestLine);
    private readonly Option<int> _maxHeaders = Size("--max-headers", "Maximum size of all headers of a request together", Limits.MaxHeaders);
    private readonly Option<int> _maxBody = Size("--max-body", "Maximum size of a POST body", Limits.MaxBody);
    private readonly Option<TimeSpan> _headersTimeout = Flag.Of("--headers-timeout", "Maximum time from a request's first byte to the end of its headers", FlagValues.Duration, Text(Limits.HeadersTimeout));
    private readonly Option<TimeSpan> _bodyTimeout = Flag.Of("--body-timeout", "Maximum time from the end of the headers to the end of the body", FlagValues.Duration, Text(Limits.BodyTimeout));
    private readonly Option<TimeSpan> _keepAlive = Flag.Of("--keep-alive", "How long an idle connection stays open", FlagValues.Duration, Text(Limits.KeepAlive));
    private readonly Option<LogFormat> _logFormat = Flag.Of("--log-format", "Format of operational logs: console or json", LoggingSetup.Format, "console");
    private readonly Option<LogLevel> _logLevel = Flag.Of("--log-level", "Minimum level of operational logs: trace, debug, information, warning, error or none", LoggingSetup.Level, "information");
    private readonly AuditFlags _audit = new();
    private readonly SharingFlags _sharing = new();
    private readonly ClusterFlags _cluster = new();

    public void AddTo(Command command)
    {
        Option[] flags =
        [
            _listen, _upstream, _upstreamTimeout, _policy, _callers, _nodeName, _clusterName, _management, _managementToken, _metrics,
            _identifyWait, _drainTimeout, _denialHelp, _tokenDenial, _requireOriginalDestination, _hostPods, _cgroupRoot, _overrideDirectory, _readyFile, _maxConnections, _maxConnectionsPerCaller, _maxRequestsPerCaller,
            _maxRequestLine, _maxHeaders, _maxBody, _headersTimeout, _bodyTimeout, _keepAlive, _logFormat, _logLevel,
        ];
        foreach (var flag in flags)
        {
            command.Options.Add(flag);
        }

        _sharing.AddTo(command);
        _audit.AddTo(command);
        _cluster.AddTo(command);
        command.Validators.Add(result =>
        {
            try
            {
                CheckTogether(result);
            }
            catch (InvalidOperationException)
            {
                // A single flag is invalid, so it has no value. The parser reports that error itself.
            }
        });
    }

    /// <summary>Creates the logger factory that the flags describe.</summary>
    public ILoggerFactory Logging(ParseResult flags) => LoggingSetup.Create(flags.GetValue(_logFormat), flags.GetValue(_logLevel));

    /// <summary>Reads the options from the flags.</summary>
    public ServeOptions Read(ParseResult flags) => new()
    {
        PolicyPath = flags.GetValue(_policy),
        CallersPath = flags.GetRequiredValue(_callers) is ['f', 'i', 'l', 'e', ':', ..] file ? file["file:".Length..] : null,
        Cluster = _cluster.Read(flags, flags.GetValue(_callers), flags.GetValue(_nodeName)),
        OverrideDirectory = flags.GetValue(_overrideDirectory),
        ReadyFile = flags.GetValue(_readyFile),
        HostPods = flags.GetValue(_hostPods) ? new HostPodsOptions(flags.GetValue(_cgroupRoot) ?? "/sys/fs/cgroup") : null,
        Listen = ReadListen(flags),
        Upstream = new UpstreamOptions { Address = flags.GetRequiredValue(_upstream), Timeout = flags.GetValue(_upstreamTimeout) },
        Limits = _sharing.ReadLimits(flags),
        Sharing = _sharing.ReadSharing(flags),
        Enforce = new EnforceOptions { IdentifyWait = flags.GetValue(_identifyWait), CallerRate = _sharing.CallerRate(flags) },
        Answers = new AnswerOptions(flags.GetValue(_denialHelp), flags.GetValue(_tokenDenial)),
        Audit = _audit.Read(flags, flags.GetValue(_clusterName), flags.GetValue(_nodeName)),
        Management = ReadManagement(flags),
        DrainTimeout = flags.GetValue(_drainTimeout),
    };

    private ListenOptions ReadListen(ParseResult flags) => new()
    {
        EndPoint = flags.GetRequiredValue(_listen),
        RequireOriginalDestination = flags.GetValue(_requireOriginalDestination),
        MaxConnections = flags.GetValue(_maxConnections),
        MaxConnectionsPerCaller = flags.GetValue(_maxConnectionsPerCaller),
        MaxRequestsPerCaller = flags.GetValue(_maxRequestsPerCaller),
        MaxRequestLine = flags.GetValue(_maxRequestLine),
        MaxHeaders = flags.GetValue(_maxHeaders),
        MaxBody = flags.GetValue(_maxBody),
        HeadersTimeout = flags.GetValue(_headersTimeout),
        BodyTimeout = flags.GetValue(_bodyTimeout),
        KeepAlive = flags.GetValue(_keepAlive),
    };

    private ManagementOptions ReadManagement(ParseResult flags) => new()
    {
        Management = flags.GetRequiredValue(_management),
        TokenFile = flags.GetValue(_managementToken),
        Metrics = flags.GetValue(_metrics),
    };

    private void CheckTogether(CommandResult result)
    {
        if (_cluster.HasPolicy(result) == result.GetValue(_policy) is { Length: > 0 })
        {
            result.AddError("--policy: give either a policy file, such as --policy policy.example.json, or --policy-configmap NAMESPACE/NAME");
        }

        var callers = result.GetValue(_callers);
        var isFile = callers?.StartsWith("file:", StringComparison.Ordinal) ?? false;
        Require(isFile || callers == "kubernetes" ? callers : null, $"--callers: '{callers}': write kubernetes or file:PATH", result.AddError);
        if (_cluster.Problem(result, callers, result.GetValue(_nodeName)) is { } problem)
        {
            result.AddError(problem);
        }

        if (result.GetValue(_hostPods) && !result.GetValue(_requireOriginalDestination))
        {
            result.AddError("--host-pods: also give --require-original-destination, because the proxy tells the redirected connections of host pods from direct ones by their original destination");
        }
    }

    private static void Require(string? value, string otherwise, Action<string> addError)
    {
        if (string.IsNullOrEmpty(value))
        {
            addError(otherwise);
        }
    }

    private static Option<int> Count(string name, string description, int defaultCount) =>
        Flag.Of(name, description, text => FlagValues.Count(text) is > 0 and var count ? count : throw new FormatException("write a whole number, 1 or more"), $"{defaultCount}");

    private static Option<int> Size(string name, string description, int defaultBytes) =>
        Flag.Of(name, description, text => FlagValues.Size(text) is >= 1024 and <= 1 << 20 and var size ? (int)size : throw new FormatException("write a size from 1KiB to 1MiB"), $"{defaultBytes / 1024}KiB");

    private static string Text(TimeSpan duration) => $"{duration.TotalSeconds}s";

    private static TokenDenialForm TokenDenial(string text) => text switch
    {
        "forbidden" => TokenDenialForm.Forbidden,
        "identity-not-found" => TokenDenialForm.IdentityNotFound,
        _ => throw new FormatException("write forbidden or identity-not-found"),
    };

    private static Uri UpstreamAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http", PathAndQuery: "/", UserInfo: "", Fragment: "" }
            ? uri
            : throw new FormatException("write a scheme, an address and a port, such as http://169.254.169.254");
}
