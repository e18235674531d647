using System.CommandLine;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Commands.Audit;

/// <summary>What <c>audit stats</c> and <c>audit top</c> are asked alike: what to count, where, and by what.</summary>
internal sealed class AuditStatsFlags
{
    private readonly AuditQueryFlags _filters = new();
    private readonly ManagementFlags _management = new("Ask a running proxy in place of reading a directory: IP:PORT or unix:PATH");
    private readonly Option<string> _by = new("--by") { Description = "The fields to group by, such as owner,resource or time:5m,verdict", DefaultValueFactory = _ => "verdict,reason" };
    private readonly Option<int> _most = new("--top") { Description = "At most so many groups", DefaultValueFactory = _ => 40 };

    public AuditStatsFlags()
    {
        _by.Validators.Add(result =>
        {
            try
            {
                StatsKey.Parse(result.GetValueOrDefault<string>());
            }
            catch (FormatException e)
            {
                result.AddError($"--by: {e.Message}");
            }
        });
        _most.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--top: write a number above 0, such as --top 20");
            }
        });
    }

    public void AddTo(Command command)
    {
        _filters.AddTo(command);
        command.Options.Add(_by);
        command.Options.Add(_most);
        _management.AddTo(command);
    }

    public StatsKey By(ParseResult flags) => StatsKey.Parse(flags.GetValue(_by)!);

    public int Most(ParseResult flags) => flags.GetValue(_most);

    public AuditQuery Query(ParseResult flags) => _filters.Query(flags, TimeProvider.System);

    /// <summary>The directories and files.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public SearchSource Source(ParseResult flags) => _filters.Source(flags).NotEmpty();

    /// <summary>The proxy to ask, or null where none was named.</summary>
    public AuditManagementClient? Management(ParseResult flags) => _management.Read(flags) is { } proxy ? new AuditManagementClient(proxy) : null;

    /// <summary>The same as the management address takes it.</summary>
    public string ManagementQuery(ParseResult flags) =>
        $"{_filters.ManagementQuery(flags)}&by={Uri.EscapeDataString(flags.GetValue(_by)!)}&top={Most(flags)}";
}
