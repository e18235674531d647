using System.CommandLine;
using System.CommandLine.Parsing;
using ImdsProxy.Audit.Search;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Commands.Audit;

/// <summary>The filters of <c>audit search</c> and <c>audit stats</c>, and the query they make.</summary>
internal sealed class AuditQueryFlags
{
    private const string Not = "--not";
    private const string Issued = "--issued";
    private const string Text = "--text";

    private readonly List<Option> _options = [];
    private readonly Option<string?> _since = new("--since") { Description = "From this moment on: 15m, 2h, 7d ago, or RFC 3339" };
    private readonly Option<string?> _until = new("--until") { Description = "Before this moment" };

    private readonly Argument<string[]> _from = new("FROM")
    {
        Description = "A directory of segments, files, or - for stdin; a word that is none of these is text to look for [$IMDS_PROXY_AUDIT_DIR]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public AuditQueryFlags()
    {
        foreach (var filter in AuditFilter.All)
        {
            _options.Add(Filter(filter));
        }

        _options.Add(new Option<bool>(Issued) { Description = "Only where a credential left, whatever the verdict", Arity = ArgumentArity.Zero });
        _options.Add(new Option<string[]>(Text) { Description = "Only lines that hold this text anywhere", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false });
        _options.Add(new Option<bool>(Not) { Description = "Negates the flag after it", Arity = ArgumentArity.Zero });
        _since.Validators.Add(result => Check(result, Moment));
        _until.Validators.Add(result => Check(result, Moment));
        _options.Add(_since);
        _options.Add(_until);
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_from);
        _options.ForEach(command.Options.Add);
    }

    /// <summary>The directories and files.</summary>
    public SearchSource Source(ParseResult flags)
    {
        var paths = (flags.GetValue(_from) ?? []).Where(IsPath).ToList();
        if (paths.Count == 0 && Environment.GetEnvironmentVariable(Flag.Variable("--audit-dir")) is { Length: > 0 } directory)
        {
            paths.Add(directory);
        }

        return new SearchSource(paths);
    }

    /// <summary>The filters, in the order they were given: <c>--not</c> speaks of the one after it.</summary>
    /// <exception cref="FormatException">A <c>--not</c> has nothing after it.</exception>
    public AuditQuery Query(ParseResult flags, TimeProvider clock)
    {
        var builder = new AuditQueryBuilder();
        foreach (var (name, value, negated) in Given(flags.Tokens))
        {
            Add(builder, name, value, negated);
        }

        foreach (var word in (flags.GetValue(_from) ?? []).Where(word => !IsPath(word)))
        {
            builder.AddText(word, negated: false);
        }

        if (flags.GetValue(_since) is { } since)
        {
            builder.SetSince(since, clock.GetUtcNow());
        }

        if (flags.GetValue(_until) is { } until)
        {
            builder.SetUntil(until, clock.GetUtcNow());
        }

        return builder.Build();
    }

    /// <summary>The same filters as the management address takes them.</summary>
    /// <exception cref="FormatException">A <c>--not</c> has nothing after it, or a word is a path.</exception>
    public string ManagementQuery(ParseResult flags)
    {
        var words = flags.GetValue(_from) ?? [];
        if (words.FirstOrDefault(IsPath) is { } path)
        {
            throw new FormatException($"'{path}': give either --management or what to search, not both");
        }

        var parameters = Given(flags.Tokens)
            .Where(given => given.Name is Issued or Text || FilterOf(given.Name) is not null)
            .Select(given => (Name: (given.Negated ? "not." : "") + (FilterOf(given.Name)?.Name ?? given.Name.TrimStart('-')), Value: given.Name == Issued ? "true" : given.Value))
            .Concat(words.Select(word => (Name: "text", Value: word)))
            .Append((Name: "since", Value: flags.GetValue(_since) ?? ""))
            .Append((Name: "until", Value: flags.GetValue(_until) ?? ""));
        return string.Join('&', parameters.Where(parameter => parameter.Value.Length > 0).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
    }

    private static IEnumerable<(string Name, string Value, bool Negated)> Given(IReadOnlyList<Token> tokens)
    {
        var negated = false;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Type != TokenType.Option)
            {
                continue;
            }

            if (tokens[i].Value == Not)
            {
                negated = true;
                continue;
            }

            yield return (tokens[i].Value, i + 1 < tokens.Count ? tokens[i + 1].Value : "", negated);
            negated = false;
        }

        if (negated)
        {
            throw new FormatException("--not speaks of the flag after it, and there is none; for example --not --verdict allowed");
        }
    }

    private static AuditFilter? FilterOf(string name) => AuditFilter.Find(name == "-n" ? "namespace" : name.TrimStart('-'));

    private static void Add(AuditQueryBuilder builder, string name, string value, bool negated)
    {
        if (name == Issued)
        {
            builder.AddIssued(negated);
        }
        else if (name == Text)
        {
            builder.AddText(value, negated);
        }
        else if (FilterOf(name) is { } filter)
        {
            builder.Add(filter.Name, value, negated);
        }
        else if (negated)
        {
            throw new FormatException($"--not can't negate {name}; it negates filters, for example --not --verdict allowed");
        }
    }

    private static Option<string[]> Filter(AuditFilter filter)
    {
        var option = new Option<string[]>($"--{filter.Name}")
        {
            Description = filter.Description,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        if (filter.Name == "namespace")
        {
            option.Aliases.Add("-n");
        }

        option.Validators.Add(result => Check(result, filter.Check));
        return option;
    }

    private static void Check(OptionResult result, Action<string> check)
    {
        foreach (var token in result.Tokens)
        {
            try
            {
                check(token.Value);
            }
            catch (FormatException e)
            {
                result.AddError($"{result.Option.Name}: '{token.Value}': {e.Message}");
            }
        }
    }

    private static void Moment(string text) => new AuditQueryBuilder().SetSince(text, DateTimeOffset.UnixEpoch.AddYears(100));

    // A word with a slash that names nothing is a path with a slip, not a text.
    private static bool IsPath(string word) =>
        word == SearchSource.Stdin || word.Contains('/', StringComparison.Ordinal) || File.Exists(word) || Directory.Exists(word);
}
