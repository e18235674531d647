using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Commands;

/// <summary>The flags that say how results are shown.</summary>
internal sealed class AuditOutputFlags
{
    private readonly Option<string> _form = new("--output", "-o")
    {
        Description = "compact, json, table or csv",
        DefaultValueFactory = _ => "compact",
    };

    private readonly Option<string?> _fields = new("--fields") { Description = "The fields of table, csv or json, such as time,pod,verdict" };
    private readonly Option<int?> _last = new("--last") { Description = "Only the latest N" };
    private readonly Option<long?> _first = new("--first") { Description = "Only the first N" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Goes on with what is written from now on; --last N shows the latest N before" };

    public AuditOutputFlags()
    {
        _form.AcceptOnlyFromAmong("compact", "json", "table", "csv");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_form);
        command.Options.Add(_fields);
        command.Options.Add(_last);
        command.Options.Add(_first);
        command.Options.Add(_follow);
    }

    public AuditOutput Read(ParseResult flags) => new(
        flags.GetValue(_form)!,
        flags.GetValue(_last),
        flags.GetValue(_first),
        flags.GetValue(_follow),
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");

    /// <summary>The fields asked for; the usual ones where none are, but for JSON, which then shows whole lines.</summary>
    /// <exception cref="FormatException">One is no field.</exception>
    public ImmutableArray<AuditColumn> Columns(ParseResult flags, string usual)
    {
        if (flags.GetValue(_fields) is not { } names)
        {
            return flags.GetValue(_form) == "json" ? [] : AuditColumn.Parse(usual);
        }

        try
        {
            return AuditColumn.Parse(names);
        }
        catch (FormatException e)
        {
            throw new FormatException($"--fields: {e.Message}", e);
        }
    }
}
