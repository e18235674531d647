using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>
/// A query as it was asked, before it is compiled for files. Every source of records translates it: into an <see cref="AuditQuery"/>,
/// into query parameters, into the command line of another node, or into SQL.
/// </summary>
/// <param name="Terms">The conditions. A repeated name means "or", different names mean "and".</param>
/// <param name="Since">The earliest time to include, or null.</param>
/// <param name="Until">The end of the included times, exclusive, or null.</param>
public sealed record AuditQuestion(ImmutableArray<AuditTerm> Terms, DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    /// <summary>Selects every line.</summary>
    public static AuditQuestion Everything { get; } = new([]);

    /// <summary>The same question about all times.</summary>
    public AuditQuestion OfAllTimes => this with { Since = null, Until = null };

    /// <summary>Returns a test whether a node can have matching lines, by the node's name.</summary>
    public Func<string, bool> NodeTest()
    {
        var names = Terms.Where(static term => term.Name == "node").Select(static term => (Match: new TextMatch(term.Value), term.Negated)).ToList();
        return name =>
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            return !names.Exists(term => term.Negated && term.Match.Matches(bytes))
                && (names.TrueForAll(static term => term.Negated) || names.Exists(term => !term.Negated && term.Match.Matches(bytes)));
        };
    }

    /// <summary>Compiles the question for lines.</summary>
    /// <exception cref="FormatException">A filter is unknown or its value is invalid.</exception>
    public AuditQuery Compile()
    {
        var builder = new AuditQueryBuilder();
        builder.SetRange(Since, Until);
        foreach (var term in Terms)
        {
            builder.Add(term);
        }

        return builder.Build();
    }
}
