using System.Text;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>A policy as a formula. The solver chooses the workload; requests and answers are taken from a list.</summary>
/// <param name="prefix">Tells the names of two policies apart.</param>
/// <param name="side">The policy.</param>
/// <param name="workload">The workload.</param>
internal sealed class SmtPolicy(string prefix, PolicySide side, SmtWorkload workload)
{
    /// <summary>Defines which rules apply to the workload, and its mode.</summary>
    public string Definitions()
    {
        var text = new StringBuilder();
        for (var i = 0; i < side.Decider.Rules.Length; i++)
        {
            var rule = side.Decider.Rules[i].Source;
            text.AppendLine($"(define-fun {Live(i)} () Bool (and {Any(rule.Workloads.Select(workload.Matches))} (not {Any(rule.Except.Select(workload.Matches))})))");
        }

        var exception = Any(side.Document.ModeExceptions.Select(workload.Matches));
        text.AppendLine($"(define-fun {prefix}enforced () Bool {(side.Document.Mode == PolicyMode.Enforce ? $"(not {exception})" : exception)})");
        return text.ToString();
    }

    /// <summary>Whether the policy permits a request with its answer in the end.</summary>
    public string Permits(ImdsRequest request, CredentialAnswer? answer)
    {
        var before = Question.Before(request, side.Decider.Identities);
        var asked = $"(and (not {Denied(before)}) (or (not {prefix}enforced) {Asked(before, answer)}))";
        if (answer is null)
        {
            return asked;
        }

        var after = Question.After(request, answer);
        var contradicts = answer.Contradicts(side.Decider.Identities.ByClientId(answer.ClientId)?.ResourceId);
        return $"(and {asked} (not {Denied(after)}) (or (not {prefix}enforced) (and {Allowed(after)} {(contradicts ? "false" : "true")})))";
    }

    // What enforcement asks of the request: an allow, one pin at most, and an answer of the identity that was asked for or pinned.
    private string Asked(in Question question, CredentialAnswer? answer)
    {
        if (!question.HasNoIdentity || !question.Request.Endpoint.IssuesCredential)
        {
            var isAnother = answer is not null && question.ClientId is { } asked && asked != answer.ClientId;
            return isAnother ? "false" : Allowed(question);
        }

        var pins = side.Decider.Rules.SelectMany(static rule => rule.Allows).Select(static allow => allow.Pin?.ClientId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var parts = new List<string> { Allowed(question) };
        foreach (var pin in pins)
        {
            var isPinned = Allowed(question, pin);
            var isDenied = Denied(question.As(question.Request.As(pin), pin), question.Request);
            var isAnother = answer is not null && answer.ClientId != pin;
            parts.Add($"(=> {isPinned} (and (not {isDenied}) {(isAnother ? "false" : "true")}))");
            foreach (var other in pins.Where(other => string.CompareOrdinal(other, pin) < 0))
            {
                parts.Add($"(not (and {isPinned} {Allowed(question, other)}))");
            }
        }

        return $"(and {string.Join(' ', parts)})";
    }

    private string Allowed(Question question, string? pin = null) => Any(side.Decider.Rules.SelectMany((rule, index) => rule.Allows
        .Where(allow => (pin is null || allow.Pin?.ClientId == pin) && allow.MatchPath(question.Request) == MatchResult.Match && allow.MatchDetails(question) == MatchResult.Match)
        .Select(_ => Live(index))));

    private string Denied(Question question, ImdsRequest? original = null) => Any(side.Decider.Rules.SelectMany((rule, index) => rule.Denies
        .Where(deny => rule.Source.Mode != PolicyMode.Audit && deny.MatchPath(original ?? question.Request) == MatchResult.Match && deny.MatchDetails(question) == MatchResult.Match)
        .Select(_ => rule.Source.Mode == PolicyMode.Enforce ? Live(index) : $"(and {Live(index)} {prefix}enforced)")));

    private string Live(int rule) => $"{prefix}rule{rule}";

    private static string Any(IEnumerable<string> parts) => $"(or false {string.Join(' ', parts.Distinct(StringComparer.Ordinal))})";
}
