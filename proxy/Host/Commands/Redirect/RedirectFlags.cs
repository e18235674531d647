using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Logs;
using ImdsProxy.Redirect;

namespace ImdsProxy.Commands.Redirect;

/// <summary>The flags of the redirect's commands.</summary>
internal sealed class RedirectFlags
{
    private readonly Option<IPAddress?> _nodeIp = Flag.Of<IPAddress?>("--node-ip", "The node's IPv4 address, where the proxy listens. If several are given, separated by commas, the first IPv4 address is used. Default: the address that the node uses to reach IMDS.", NodeIp);
    private readonly Option<int> _port = Flag.Of("--port", "The proxy's port for redirected connections.", Port, "16254");
    private readonly Option<int> _managementPort = Flag.Of("--management-port", "The proxy's management port. The rules close it to everything but the node's loopback.", Port, "16255");
    private readonly Option<string> _backend = Flag.Of("--backend", "The iptables backend: auto, nft or legacy.", FlagValues.OneOf("auto", "nft", "legacy"), "auto");
    private readonly Option<string> _existingBlock = Flag.Of("--existing-block", "What to do if a rule already blocks pods from IMDS: refuse or override.", FlagValues.OneOf("refuse", "override"), "refuse");
    private readonly Option<string> _rpFilter = OnOff("--rpfilter", "Drop requests whose source address does not belong to their incoming interface: on or off.");
    private readonly Option<string> _wireServer = OnOff("--wireserver", "Close WireServer's HTTP ports to pods too: on or off.");
    private readonly Option<string> _ebpf = Flag.Of("--ebpf-host-routing", "Whether packets bypass iptables because of eBPF host routing: auto (from the node's labels), yes or no.", FlagValues.OneOf("auto", "yes", "no"), "auto");
    private readonly Option<string> _lock = Flag.Of("--lock-file", "The lock file that all instances on this node share.", text => text, "/run/imds-proxy-redirect.lock");
    private readonly Option<TimeSpan> _wait = Flag.Of("--wait", "Maximum time that the first rules wait for the proxy: with --ready-file until the proxy is ready, otherwise until it listens.", FlagValues.Duration, "10s");
    private readonly Option<string?> _ready = Flag.Text("--ready-file", "The file in which serve --ready-file reports that it is ready. The first rules wait for that report for at most --wait; with --when-down open, they wait as long as it takes.");
    private readonly Option<TimeSpan> _interval = Flag.Of("--interval", "How often the rules are checked.", Interval, "2s");
    private readonly Option<string> _whenDown = Flag.Of("--when-down", "Pods' access to IMDS while the proxy is down: closed means none; open lifts the redirect, for the audit phase only.", FlagValues.OneOf("closed", "open"), "closed");
    private readonly Option<bool> _removeOnExit = Flag.Switch("--remove-on-exit", "Remove the rules when the watch ends, for an uninstall.");
    private readonly Option<string?> _overrideDirectory = Flag.Text("--override-dir", "The directory of the break-glass files.");

    private readonly Option<string?> _state = Flag.Text("--redirect-state", "A file that reports to serve --redirect-state whether the rules are in place.");

    private readonly Option<bool> _hostPods = Flag.Switch("--host-pods", "Send the connections of hostNetwork pods, and of the node itself, to the proxy too, by a lease of 3 s that watch renews while the proxy is ready. serve needs --host-pods as well. remove always removes the lease's table.");
    private readonly Option<string> _cgroupRoot = Flag.Of("--cgroup-root", "Where the host's cgroup v2 hierarchy is mounted, for --host-pods.", text => text, "/sys/fs/cgroup");

    private readonly Option<LogFormat> _logFormat = Flag.Of("--log-format", "Format of operational logs: console or json", LoggingSetup.Format, "console");
    private readonly Option<LogLevel> _logLevel = Flag.Of("--log-level", "Minimum level of operational logs: trace, debug, information, warning, error or none", LoggingSetup.Level, "information");

    public Option<string?> NodeLabelsFile { get; } = Flag.Text("--node-labels-file", "A file with the node's labels, one key=value per line.");

    public Option<string?> NodeName { get; } = Flag.Text("--node-name", "The node's name, for the audit log.");

    public Option<string?> AuditDirectory { get; } = Flag.Text("--audit-dir", "The directory of the audit log.");

    public Option<IPEndPoint?> Metrics { get; } = Flag.Of<IPEndPoint?>("--metrics", "The address and port (IP:PORT) on which metrics are served.", FlagValues.IpEndPoint);

    public void AddToAll(Command command) => Add(command, _backend, _lock, _logFormat, _logLevel);

    public void AddRules(Command command) => Add(command, _nodeIp, _port, _managementPort, _rpFilter, _wireServer, _ebpf, _hostPods, _cgroupRoot, NodeLabelsFile);

    public void AddChange(Command command) => Add(command, _existingBlock, _wait, _ready, NodeName, AuditDirectory);

    public void AddRemove(Command command) => Add(command, _hostPods, NodeName, AuditDirectory);

    public void AddWatch(Command command) => Add(command, _interval, _whenDown, _removeOnExit, _overrideDirectory, _state, Metrics);

    /// <summary>The flags that decide which rules are wanted, and where the redirect keeps its files.</summary>
    public void AddForDoctor(Command command)
    {
        AddRules(command);
        Add(command, _backend, _lock, _existingBlock, _overrideDirectory, AuditDirectory);
    }

    public ILoggerFactory Logging(ParseResult parsed) => LoggingSetup.Create(parsed.GetValue(_logFormat), parsed.GetValue(_logLevel));

    public RedirectSettings Read(ParseResult parsed) => new()
    {
        NodeIp = parsed.GetValue(_nodeIp),
        Port = parsed.GetValue(_port),
        ManagementPort = parsed.GetValue(_managementPort),
        Backend = parsed.GetValue(_backend)!,
        HostPods = parsed.GetValue(_hostPods),
        CgroupRoot = parsed.GetValue(_cgroupRoot)!,
        OverrideExistingBlock = parsed.GetValue(_existingBlock) == "override",
        RpFilter = parsed.GetValue(_rpFilter) == "on",
        WireServer = parsed.GetValue(_wireServer) == "on",
        EbpfHostRouting = parsed.GetValue(_ebpf)!,
        LockFile = parsed.GetValue(_lock)!,
        Wait = parsed.GetValue(_wait),
        Interval = parsed.GetValue(_interval),
        OpenWhenDown = parsed.GetValue(_whenDown) == "open",
        RemoveOnExit = parsed.GetValue(_removeOnExit),
        OverrideDirectory = parsed.GetValue(_overrideDirectory),
        StateFile = parsed.GetValue(_state),
        ReadyFile = parsed.GetValue(_ready),
    };

    private static Option<string> OnOff(string name, string description) =>
        Flag.Of(name, description, FlagValues.OneOf("on", "off"), "on");

    // On a dual-stack node, status.hostIPs holds both addresses, in either order.
    private static IPAddress? NodeIp(string text) =>
        text.Split(',').Select(FlagValues.Ip).OrderBy(static ip => ip.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();

    private static int Port(string text) =>
        FlagValues.Count(text) is var port and > 0 and <= ushort.MaxValue ? port : throw new FormatException("give a port from 1 to 65535");

    private static TimeSpan Interval(string text) =>
        FlagValues.Duration(text) is var interval && interval >= TimeSpan.FromMilliseconds(100) ? interval : throw new FormatException("give a duration of at least 100ms");

    private static void Add(Command command, params Option[] options)
    {
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }
}
