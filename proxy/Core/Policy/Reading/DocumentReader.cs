using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads a policy document.</summary>
/// <param name="problems">Receives the problems.</param>
/// <param name="known">Rules of the previous policy.</param>
internal sealed class DocumentReader(ProblemList problems, KnownRules known)
{
    private readonly ModeReader _modes = new(problems);
    private readonly PolicyWarnings _warnings = new(problems);

    /// <summary>The rules that the next policy can take over. Set by <see cref="Read"/>.</summary>
    public KnownRules Clean { get; private set; } = KnownRules.None;

    /// <summary>The valid part of the policy. Null if the root is not an object.</summary>
    public PolicyDocument? Read(LocatedValue root, string revision)
    {
        if (DocumentKinds.IsTests(root))
        {
            problems.Whole(ProblemSeverity.Error, root, "this is a file of tests, not a policy: run imds-proxy policy test with the policy first and this file after it");
            return null;
        }

        if (Fields.Of(root, problems, "version", "mode", "enforceOnly", "auditOnly", "hostNetwork", "identities", "rules") is not { } fields)
        {
            return null;
        }

        CheckVersion(fields.Required("version", "write \"version\": 1"));
        var mode = _modes.Read(fields.Required("mode", "write \"mode\": \"enforce\", or \"audit\" to deny nothing and record each request that enforcement would deny"));
        var exceptions = _modes.ReadExceptions(fields, mode);
        var hostNetwork = _modes.ReadHostNetwork(fields["hostNetwork"]);
        var aliases = new IdentitiesReader(problems).Read(fields["identities"]);
        var rulesAt = fields.Required("rules", "write the rules; \"rules\": [] permits nothing");
        var reader = new RuleReader(problems, aliases, known);
        var rules = reader.Read(rulesAt);
        if (rulesAt?.Kind == JsonValueKind.Array)
        {
            _warnings.OfAliases(aliases);
        }

        _warnings.OfRules(rules);
        new PinConflicts(problems).Find(rules);
        new ViewWarnings(problems).Find(rules);
        Clean = new KnownRules(reader.Clean, aliases.Good);
        return new PolicyDocument(mode ?? PolicyMode.Enforce, exceptions, aliases.Good, [.. rules.Select(rule => rule.Rule)], revision) { HostNetwork = hostNetwork };
    }

    private void CheckVersion(LocatedValue? at)
    {
        if (at is not null && (at.Kind != JsonValueKind.Number || at.Text != "1"))
        {
            problems.Error(at, "this is the version of the format, which is 1: write 1");
        }
    }
}
