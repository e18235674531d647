using System.CommandLine;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Audit;

/// <summary>The flags that <c>audit stats</c> and <c>audit top</c> share: filters, source and grouping.</summary>
internal sealed class AuditStatsFlags
{
    private const string Demand = "demand";

    private readonly AuditQueryFlags _filters = new();
    private readonly SourceFlags _sources = new();
    private readonly Option<string> _by = new("--by") { Description = "Fields to group by, such as owner,resource or time:5m,verdict", DefaultValueFactory = _ => "verdict,reason" };
    private readonly Option<int> _most = new("--top") { Description = "Maximum number of groups", DefaultValueFactory = _ => 40 };

    /// <param name="hasDemands">Whether <c>--by demand</c> is possible.</param>
    public AuditStatsFlags(bool hasDemands = false)
    {
        if (hasDemands)
        {
            _by.Description += "; demand stands for everything that workloads ask for";
        }

        _by.Validators.Add(result =>
        {
            if (hasDemands && result.GetValueOrDefault<string>() == Demand)
            {
                return;
            }

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
        _sources.AddTo(command);
    }

    /// <summary>Whether demands are to be counted instead of groups.</summary>
    public bool IsByDemand(ParseResult flags) => flags.GetValue(_by) == Demand;

    /// <summary>The flags of the log, for reading its demands.</summary>
    public DemandFlags Demands => new(_filters, _sources);

    public StatsKey By(ParseResult flags) => StatsKey.Parse(flags.GetValue(_by)!);

    public int Most(ParseResult flags) => flags.GetValue(_most);

    public AuditQuestion Question(ParseResult flags) => _filters.Question(flags, TimeProvider.System);

    /// <summary>Returns the source of the records.</summary>
    /// <exception cref="FormatException">No source is named, or more than one.</exception>
    public IAuditSource Source(ParseResult flags) => _sources.Read(flags, _filters.GivenPaths(flags));
}
