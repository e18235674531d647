using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Commands.Audit;

/// <summary>The output flags.</summary>
internal sealed class AuditOutputFlags
{
    private readonly Option<string> _form = new("--output", "-o")
    {
        Description = "Output format: compact, json, table or csv",
        DefaultValueFactory = _ => "compact",
    };

    private readonly Option<string?> _fields = new("--fields") { Description = "Fields of table, csv or json output, such as time,pod,verdict" };
    private readonly Option<long?> _last = Count("--last", "Show only the latest N lines", AuditSearch.MostLast);
    private readonly Option<long?> _first = Count("--first", "Show only the first N lines", long.MaxValue);
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Show new lines as they are written; --last N first shows the latest N" };

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
        (int?)flags.GetValue(_last),
        flags.GetValue(_first),
        flags.GetValue(_follow),
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");

    private static Option<long?> Count(string name, string description, long most) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count <= most)
            {
                return count;
            }

            result.AddError($"{name}: '{text}': write a number {(most == long.MaxValue ? "above 0" : $"from 1 to {most}")}, such as {name} 20");
            return null;
        },
    };

    /// <summary>
    /// Returns the requested fields, or the usual fields if no fields were requested. An empty result means whole lines: JSON
    /// without <c>--fields</c>.
    /// </summary>
    /// <exception cref="FormatException">A name is not a field.</exception>
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
