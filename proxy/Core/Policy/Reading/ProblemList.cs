using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The list to which all validators add their problems.</summary>
/// <param name="whole">What messages call the document as a whole.</param>
internal sealed class ProblemList(string whole = "the policy")
{
    /// <summary>More problems than anyone reads. Bounds the cost of an entirely wrong document.</summary>
    private const int MaxProblems = 1000;

    private readonly List<(int Offset, PolicyProblem Problem)> _problems = [];

    private PolicyProblem? _left;

    /// <summary>The strings shared by all documents that are read together.</summary>
    public SharedTexts Texts { get; } = new();

    /// <summary>The number of errors.</summary>
    public int Errors { get; private set; }

    /// <summary>The number of errors and warnings.</summary>
    public int All { get; private set; }

    /// <summary>Reports an invalid value.</summary>
    public void Error(LocatedValue at, string cure) => Add(ProblemSeverity.Error, at, cure);

    /// <summary>Reports a valid value that is probably not what the author meant.</summary>
    public void Warning(LocatedValue at, string cure) => Add(ProblemSeverity.Warning, at, cure);

    /// <summary>Reports a missing member.</summary>
    public void Missing(LocatedValue owner, string key, string cure) =>
        Add(owner.Offset, new PolicyProblem(ProblemSeverity.Error, owner.Pointer, owner.Line, "", $"{Owner(owner)}: \"{key}\" is missing: {cure}") { Fragment = owner.Fragment });

    /// <summary>Reports a problem with an object or list as a whole.</summary>
    public void Whole(ProblemSeverity severity, LocatedValue at, string cure) =>
        Add(at.Offset, new PolicyProblem(severity, at.Pointer, at.Line, "", $"{Owner(at)}: {cure}") { Fragment = at.Fragment });

    /// <summary>Warns of a part of the policy that has no effect.</summary>
    public void WithoutEffect(LocatedValue at, string cure) =>
        Add(at.Offset, new PolicyProblem(ProblemSeverity.Warning, at.Pointer, at.Line, "", $"{Owner(at)}: {cure}") { Fragment = at.Fragment, IsWithoutEffect = true });

    /// <summary>Reports a key that is not allowed.</summary>
    public void Key(LocatedMember member, string cure) =>
        Add(member.Value.Offset, new PolicyProblem(ProblemSeverity.Error, member.Value.Pointer, member.Line, Cut(member.Name), $"{member.Value.Place}: {cure}") { Fragment = member.Value.Fragment });

    /// <summary>Reports a document that cannot be read further.</summary>
    public void Document(int offset, int line, string cure, string label = "") =>
        Add(offset, new PolicyProblem(ProblemSeverity.Error, "", line, "", $"{(label.Length == 0 ? "the document:" : label)} {cure}") { Fragment = label.TrimEnd(':') });

    /// <summary>The offsets of the errors.</summary>
    public IEnumerable<int> ErrorOffsets => _problems.Where(entry => entry.Problem.Severity == ProblemSeverity.Error).Select(entry => entry.Offset);

    /// <summary>All problems, in document order.</summary>
    public ImmutableArray<PolicyProblem> InOrder() =>
    [
        .. _problems.OrderBy(entry => entry.Offset).Select(entry => entry.Problem),
        .. _left is null ? [] : new[] { Rest(_left) },
    ];

    // An error may be among the omitted problems.
    private PolicyProblem Rest(PolicyProblem left) => new(
        Errors > 0 ? ProblemSeverity.Error : ProblemSeverity.Warning, "", left.Line, "", $"there are more than {MaxProblems} problems: the rest are not shown");

    private string Owner(LocatedValue owner) => owner.Place is { Length: > 0 } place ? place : whole;

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80];

    // Problems are written to logs and terminals, and a key may contain any character.
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
