using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The one list that all validators add to.</summary>
internal sealed class ProblemList
{
    /// <summary>More than anyone reads; bounds what a wholly wrong document costs.</summary>
    private const int MaxProblems = 1000;

    private readonly List<(int Offset, PolicyProblem Problem)> _problems = [];

    private PolicyProblem? _left;

    /// <summary>The texts of all documents that are read together.</summary>
    public SharedTexts Texts { get; } = new();

    /// <summary>How many errors there were.</summary>
    public int Errors { get; private set; }

    /// <summary>How many errors and warnings there were.</summary>
    public int All { get; private set; }

    /// <summary>A bad value.</summary>
    public void Error(LocatedValue at, string cure) => Add(ProblemSeverity.Error, at, cure);

    /// <summary>A value that is good, but worth a second look.</summary>
    public void Warning(LocatedValue at, string cure) => Add(ProblemSeverity.Warning, at, cure);

    /// <summary>Something that is not there.</summary>
    public void Missing(LocatedValue owner, string key, string cure) =>
        Add(owner.Offset, new PolicyProblem(ProblemSeverity.Error, owner.Pointer, owner.Line, "", $"{Owner(owner)}: \"{key}\" is missing: {cure}") { Fragment = owner.Fragment });

    /// <summary>A thing that is wrong as a whole, whatever its values.</summary>
    public void Whole(ProblemSeverity severity, LocatedValue at, string cure) =>
        Add(at.Offset, new PolicyProblem(severity, at.Pointer, at.Line, "", $"{Owner(at)}: {cure}") { Fragment = at.Fragment });

    /// <summary>A key that should not be there.</summary>
    public void Key(LocatedMember member, string cure) =>
        Add(member.Value.Offset, new PolicyProblem(ProblemSeverity.Error, member.Value.Pointer, member.Line, Cut(member.Name), $"{member.Value.Place}: {cure}") { Fragment = member.Value.Fragment });

    /// <summary>A document that cannot be read further.</summary>
    public void Document(int offset, int line, string cure, string label = "") =>
        Add(offset, new PolicyProblem(ProblemSeverity.Error, "", line, "", $"{(label.Length == 0 ? "the document:" : label)} {cure}") { Fragment = label.TrimEnd(':') });

    /// <summary>Where the errors are, as offsets.</summary>
    public IEnumerable<int> ErrorOffsets => _problems.Where(entry => entry.Problem.Severity == ProblemSeverity.Error).Select(entry => entry.Offset);

    /// <summary>All problems, in the order of the document.</summary>
    public ImmutableArray<PolicyProblem> InOrder() =>
    [
        .. _problems.OrderBy(entry => entry.Offset).Select(entry => entry.Problem),
        .. _left is null ? [] : new[] { Rest(_left) },
    ];

    // An error among those left out must still show as one.
    private PolicyProblem Rest(PolicyProblem left) => new(
        Errors > 0 ? ProblemSeverity.Error : ProblemSeverity.Warning, "", left.Line, "", $"there are more than {MaxProblems} problems: the rest is not shown");

    private static string Owner(LocatedValue owner) => owner.Place is { Length: > 0 } place ? place : "the policy";

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80];

    // Problems go to logs and terminals, and a key may hold anything.
    private static string Visible(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(static c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))
        : text;

    private void Add(ProblemSeverity severity, LocatedValue at, string cure)
    {
        var written = at.Written;
        Add(at.Offset, new PolicyProblem(severity, at.Pointer, at.Line, written, $"{Owner(at)} '{written}': {cure}") { Fragment = at.Fragment });
    }

    private void Add(int offset, PolicyProblem problem)
    {
        All++;
        Errors += problem.Severity == ProblemSeverity.Error ? 1 : 0;
        if (_problems.Count < MaxProblems)
        {
            _problems.Add((offset, problem with
            {
                Fragment = Visible(problem.Fragment),
                Pointer = Visible(problem.Pointer),
                Value = Visible(problem.Value),
                Message = Visible(problem.Message),
            }));
        }
        else
        {
            _left = problem;
        }
    }
}
