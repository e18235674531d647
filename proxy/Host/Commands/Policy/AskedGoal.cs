using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Commands.Policy;

/// <summary>What <c>who-can</c> asks about: an identity, or a path.</summary>
/// <param name="Identity">An alias or a client id, or null.</param>
/// <param name="Resource">With an identity: the resource, or null for any.</param>
/// <param name="Path">A canonical path, or null.</param>
/// <param name="Method">With a path: the method, or null for any.</param>
internal sealed record AskedGoal(string? Identity, string? Resource, string? Path, string? Method)
{
    private static readonly (string Key, string Flag)[] Flags =
        [("identities[0]", "--identity"), ("resources[0]", "--resource"), ("path", "--path"), ("methods[0]", "--method")];

    /// <summary>The question in words.</summary>
    public string Text => Identity is not null
        ? $"Who can get a credential of {Identity}{(Resource is null ? "" : $" for {Resource}")}?"
        : $"Who can send {Method ?? "a request"} to {Path}?";

    /// <summary>The requests in question.</summary>
    /// <exception cref="FormatException">The policy does not know the identity, or a value is not valid.</exception>
    public AskedRequests In(PolicyDocument policy)
    {
        try
        {
            var asked = GoalReader.Read(policy, Identity, Resource, Path, Method);
            return asked with { Warnings = [.. asked.Warnings.Select(WithFlag)] };
        }
        catch (FormatException e)
        {
            throw new FormatException(WithFlag(e.Message), e);
        }
    }

    // The question is read as a part of a tests file would be, so its problems name the keys of that file.
    private static string WithFlag(string message) => Flags.Aggregate(
        message, static (text, pair) => text.StartsWith(pair.Key + " ", StringComparison.Ordinal) ? pair.Flag + text[pair.Key.Length..] : text);
}
