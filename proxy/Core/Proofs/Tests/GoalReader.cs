using System.Collections.Immutable;
using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads the requests that a single question is about, as strictly as the <c>allow</c> of a <c>never</c>.</summary>
public static class GoalReader
{
    /// <summary>The requests in question.</summary>
    /// <param name="policy">The policy, whose aliases the question may use.</param>
    /// <param name="identity">An alias or a client id, or null for any.</param>
    /// <param name="resource">A resource, or null for any.</param>
    /// <param name="path">A canonical path, with or without wildcards, or null for any.</param>
    /// <param name="method">A method, or null for any.</param>
    /// <exception cref="FormatException">One of them is not valid; the message says what to write.</exception>
    public static AskedRequests Read(PolicyDocument policy, string? identity, string? resource, string? path, string? method)
    {
        if (identity is not null && AliasWithOtherId(policy, identity) is { } alias)
        {
            throw new FormatException($"'{identity}' is another id of the identity '{alias}': write the alias, or its client id");
        }

        var problems = new ProblemList("the question");
        var root = LocatedJson.Read(Json(identity, resource, path, method), problems, KnownRules.None);
        var goal = root is null ? null : new PermissionReader(problems, KnownAliases.Of(policy, root)).ReadDeny(root);
        if (goal is not null && problems.Errors == 0)
        {
            var doubts = new ProblemList("the question");
            new Mentions(policy, doubts).CheckGoal(root!);
            return new AskedRequests(goal, [.. doubts.InOrder().Select(static problem => problem.Message)]);
        }

        throw new FormatException(problems.InOrder().First(static problem => problem.Severity == ProblemSeverity.Error).Message);
    }

    /// <summary>Warnings about a workload whose names the policy does not mention.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="serviceAccount">The service account.</param>
    public static ImmutableArray<string> Doubts(PolicyDocument policy, string ns, string serviceAccount) =>
        [.. new Mentions(policy, new ProblemList("the question")).CheckWorkload(ns, serviceAccount)];

    // A rule compares client ids. "Nobody" as the answer about an object id would be true and misleading.
    private static string? AliasWithOtherId(PolicyDocument policy, string identity) => policy.Identities
        .FirstOrDefault(alias => identity.Equals(alias.ObjectId, StringComparison.OrdinalIgnoreCase) || identity.Equals(alias.ResourceId, StringComparison.OrdinalIgnoreCase))
        ?.Name;

    private static byte[] Json(string? identity, string? resource, string? path, string? method)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteList("identities", identity);
            WriteList("resources", resource);
            WriteList("methods", method);
            if (path is not null)
            {
                json.WriteString("path", path);
            }

            json.WriteEndObject();

            void WriteList(string key, string? value)
            {
                if (value is not null)
                {
                    json.WriteStartArray(key);
                    json.WriteStringValue(value);
                    json.WriteEndArray();
                }
            }
        }

        return buffer.ToArray();
    }
}
