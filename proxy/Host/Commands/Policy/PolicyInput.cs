using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands.Policy;

/// <summary>Reads the policy that a command is given.</summary>
internal static class PolicyInput
{
    /// <summary>What an argument with a policy accepts, for <c>--help</c>.</summary>
    public const string Forms = "Policy file, directory of fragments, or ConfigMap manifest (YAML or JSON); - for stdin";

    /// <summary>Reads the texts of a policy.</summary>
    /// <exception cref="IOException">The policy can't be read.</exception>
    /// <exception cref="FormatException">It holds no policy.</exception>
    public static async Task<PolicyManifest> ReadAsync(string path, Func<Stream> stdin, CancellationToken cancellation)
    {
        if (path != "-")
        {
            CheckGiven(path);
            return await FileAsync(path, cancellation);
        }

        using var copy = new MemoryStream();
        await using var input = stdin();
        await input.CopyToAsync(copy, cancellation);
        return PolicyManifest.Read(copy.ToArray(), "<stdin>");
    }

    /// <summary>Reads a policy that has no errors.</summary>
    /// <exception cref="IOException">The policy can't be read.</exception>
    /// <exception cref="FormatException">It holds no policy, or the policy has an error.</exception>
    public static async Task<PolicyDocument> ValidAsync(string path, Func<Stream> stdin, CancellationToken cancellation)
    {
        var source = await ReadAsync(path, stdin, cancellation);
        var load = source.Texts.Load();
        return load.Document ?? throw Refused(source, load.Problems.First(static problem => problem.Severity == ProblemSeverity.Error));
    }

    // A pipe can be read only once, so it is not looked at.
    private static void CheckGiven(string path)
    {
        if (!Path.Exists(path))
        {
            throw new FileNotFoundException(GivenFile.Missing(path));
        }

        switch (GivenFile.KindOf(path))
        {
            case GivenFile.Kind.Log:
                throw new FormatException($"'{path}' is an audit log, not a policy: write the policy in its place; --help shows the order");
            case GivenFile.Kind.Tests:
                throw new FormatException($"'{path}' holds tests of a policy, not a policy: write the policy in its place; --help shows the order");
            default:
                break;
        }
    }

    private static async Task<PolicyManifest> FileAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await PolicyManifest.ReadAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputFailure.Of(path, e);
        }
    }

    private static FormatException Refused(PolicyManifest source, PolicyProblem first) =>
        new($"{source.PlaceOf(first)}: {first.Message}; policy check tells all errors");
}
