using System.Text;
using ImdsProxy.Core.Policy;
using ImdsProxy.PolicySource;
using ImdsProxy.WebConsole.Answers;

namespace ImdsProxy.WebConsole.Inputs;

/// <summary>The policy that the operator gave: a file, a directory or a manifest. It is read for each question, so that an edit is seen at once.</summary>
/// <param name="path">The path, or null for no policy.</param>
internal sealed class ConsolePolicy(string? path)
{
    private PolicyManifest? _last;

    /// <summary>The path, or null.</summary>
    public string? Path => path;

    /// <summary>The policy, or null if none was given.</summary>
    /// <exception cref="ConsoleProblem">It can't be read, or has errors.</exception>
    public async Task<PolicyDocument?> FindAsync(CancellationToken cancellation) => path is null ? null : Valid(await ReadAsync(cancellation));

    /// <summary>The policy.</summary>
    /// <exception cref="ConsoleProblem">None was given, it can't be read, or it has errors.</exception>
    public async Task<PolicyDocument> NeedAsync(CancellationToken cancellation) => await FindAsync(cancellation) ?? throw None();

    /// <summary>The text of a policy of one document.</summary>
    /// <exception cref="ConsoleProblem">There is none.</exception>
    public async Task<string> TextAsync(CancellationToken cancellation)
    {
        var manifest = path is null ? throw None() : await ReadAsync(cancellation);
        return manifest.Texts.IsSingle
            ? Encoding.UTF8.GetString(manifest.Texts.ByName.Values.Single().Span)
            : throw new ConsoleProblem(StatusCodes.Status409Conflict, "fragments", $"{path} is a directory of fragments. Edit its files, or take over the suggestion, which is one whole policy.");
    }

    // A policy of thousands of rules is parsed once for each edit.
    private async Task<PolicyManifest> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var read = await PolicyManifest.ReadAsync(path!, cancellation);
            return _last is { } last && last.Texts.IsSameAs(read.Texts) ? last : _last = read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new ConsoleProblem(StatusCodes.Status409Conflict, "policy_unreadable", $"the policy can't be read: {e.Message}");
        }
    }

    private static PolicyDocument Valid(PolicyManifest manifest)
    {
        var load = manifest.Texts.Load();
        return load.Document ?? throw new ConsoleProblem(
            StatusCodes.Status409Conflict, "policy_invalid", $"{manifest.PlaceOf(First(load))}: {First(load).Message}; policy check tells all errors");
    }

    private static PolicyProblem First(Core.Policy.Reading.PolicyLoad load) => load.Problems.First(static problem => problem.Severity == ProblemSeverity.Error);

    private static ConsoleProblem None() =>
        new(StatusCodes.Status409Conflict, "no_policy", "this view needs a policy: start the console with --policy PATH, such as --policy policy.json");
}
