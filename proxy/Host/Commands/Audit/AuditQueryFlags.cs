using System.CommandLine;
using System.CommandLine.Parsing;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Commands.Audit;

/// <summary>The filter flags of <c>audit search</c>, <c>stats</c> and <c>top</c>, and the query that they form.</summary>
internal sealed class AuditQueryFlags
{
    private const string Not = "--not";
    private const string Issued = "--issued";
    private const string Text = "--text";

    private readonly List<Option> _options = [];
    private readonly Option<string?> _since = new("--since") { Description = "Only lines from this time on: 15m, 2h or 7d ago, or an RFC 3339 time" };
    private readonly Option<string?> _until = new("--until") { Description = "Only lines before this time" };

    private readonly Argument<string[]> _from = new("FROM")
    {
        Description = "Directories of segments, files, or - for stdin; any other word is text to search for [$IMDS_PROXY_AUDIT_DIR]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public AuditQueryFlags()
    {
        foreach (var filter in AuditFilter.All)
        {
            _options.Add(Filter(filter));
        }

        _options.Add(new Option<bool>(Issued) { Description = "Only requests that received a credential, whatever the verdict", Arity = ArgumentArity.Zero });
        _options.Add(new Option<string[]>(Text) { Description = "Only lines that contain this text", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false });
        _options.Add(new Option<bool>(Not) { Description = "Negate the next flag", Arity = ArgumentArity.Zero });
        _from.Validators.Add(static result => RefuseFlags(result));
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

    /// <summary>The directories and files on the command line.</summary>
    public IReadOnlyList<string> GivenPaths(ParseResult flags) => [.. (flags.GetValue(_from) ?? []).Where(IsPath)];

    /// <summary>The question that the flags ask. The order of the flags matters, because <c>--not</c> negates the next flag.</summary>
    /// <exception cref="FormatException">No flag follows a <c>--not</c>.</exception>
    public AuditQuestion Question(ParseResult flags, TimeProvider time)
    {
        var words = (flags.GetValue(_from) ?? []).Where(word => !IsPath(word));
        return new AuditQuestion(
            [.. Given(flags.Tokens).Select(TermOf).OfType<AuditTerm>(), .. words.Select(word => new AuditTerm(AuditTerm.Text, word, Negated: false))],
            flags.GetValue(_since) is { } since ? AuditMoment.Parse(since, time.GetUtcNow()) : null,
            flags.GetValue(_until) is { } until ? AuditMoment.Parse(until, time.GetUtcNow()) : null);
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
            throw new FormatException("--not negates the next flag, but none follows; write, for example, --not --verdict allowed");
        }
    }

    private static AuditFilter? FilterOf(string name) => AuditFilter.Find(name == "-n" ? "namespace" : name.TrimStart('-'));

    private static AuditTerm? TermOf((string Name, string Value, bool Negated) given) => given.Name switch
    {
        Issued => new AuditTerm(AuditTerm.Issued, "", given.Negated),
        Text => new AuditTerm(AuditTerm.Text, given.Value, given.Negated),
        _ when FilterOf(given.Name) is { } filter => new AuditTerm(filter.Name, given.Value, given.Negated),
        _ when given.Negated => throw new FormatException($"--not can't negate {given.Name}, which is not a filter; write, for example, --not --verdict allowed"),
        _ => null,
    };

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

    // Otherwise a flag that this version does not have would count as text to search for, and the search would find nothing.
    private static void RefuseFlags(ArgumentResult words)
    {
        foreach (var word in words.Tokens.Where(static token => token.Value.StartsWith("--", StringComparison.Ordinal)))
        {
            words.AddError($"Unrecognized command or argument '{word.Value}'. To search for that text, write --text={word.Value}");
        }
    }

    private static void Moment(string text) => new AuditQueryBuilder().SetSince(text, DateTimeOffset.UnixEpoch.AddYears(100));

    // A word with a slash that names no file is a mistyped path, not text to search for.
    private static bool IsPath(string word) =>
        word == SearchSource.Stdin || word.Contains('/', StringComparison.Ordinal) || File.Exists(word) || Directory.Exists(word);
}
