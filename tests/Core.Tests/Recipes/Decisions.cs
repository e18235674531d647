using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Recipes;

/// <summary>
/// Runs the lines of a <c>decisions</c> block in the documentation, such as <c>allowed logging/fluent-bit GET
/// /metadata/versions</c>, against a policy.
/// </summary>
internal sealed class Decisions(string policy)
{
    private readonly PolicyLoad _load = PolicyLoader.Load(Encoding.UTF8.GetBytes(policy));

    public IEnumerable<string> Problems => _load.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => problem.Message);

    /// <summary>Returns the actual outcome, which should be the beginning of the line.</summary>
    public string Of(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var request = ImdsRequestParser.ParseTarget(parts[2], parts[3]).Request ?? throw new ArgumentException($"'{line}' is malformed", nameof(line));
        var snapshot = PolicySnapshot.Compile(_load.Document!);
        var caller = Pod(parts[1].Split('/'));
        if (parts[0] == "probe")
        {
            return snapshot.DecideProbe(caller, request) is null ? "probe" : "denied";
        }

        return snapshot.Decide(caller, request) is Permit && AnswerMayLeave(snapshot, caller, request, parts.Length > 5 ? parts[5] : null) ? "allowed" : "denied";
    }

    private bool AnswerMayLeave(PolicySnapshot snapshot, Caller caller, ImdsRequest request, string? identity)
    {
        if (!request.Endpoint.IssuesCredential)
        {
            return true;
        }

        // IMDS may answer with an identity that the policy does not name.
        var clientId = identity is null
            ? snapshot.ClientIdOf(request) ?? throw new ArgumentException("a request without a selector needs -> identity", nameof(request))
            : _load.Document!.Identities.FirstOrDefault(alias => alias.Name == identity)?.ClientId ?? "00000000-0000-4000-8000-000000000000";
        return snapshot.DecideAnswer(caller, request, new CredentialAnswer(clientId, request.Resource)) is Permit;
    }

    private static Caller.Pod Pod(string[] name) => new(new PodIdentity(name[0], $"{name[1]}-0", "uid", name[1], null, []));
}
