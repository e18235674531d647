using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the rules.</summary>
internal sealed class RuleReader(ProblemList problems, AliasBook aliases, KnownRules known)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly WorkloadReader _workloads = new(problems);
    private readonly ModeReader _modes = new(problems);
    private readonly PermissionReader _permissions = new(problems, aliases);
    private readonly Dictionary<string, LocatedValue> _places = new(StringComparer.Ordinal);
    private readonly KnownRules _known = known.With(aliases);
    private readonly List<PlacedRule> _clean = [];

    /// <summary>The rules without an error or a warning.</summary>
    public IReadOnlyCollection<PlacedRule> Clean => _clean;

    /// <summary>The rules without an error.</summary>
    public ImmutableArray<PlacedRule> Read(LocatedValue? at)
    {
        var rules = ImmutableArray.CreateBuilder<PlacedRule>();

        // An empty list is valid: such a policy permits nothing.
        foreach (var item in at is { Kind: System.Text.Json.JsonValueKind.Array, Items.Length: 0 } ? [] : _scalars.List(at, ""))
        {
            if (TakeOver(item) is { } same)
            {
                rules.Add(same);
                _clean.Add(same);
                continue;
            }

            var (errors, all) = (problems.Errors, problems.All);
            if (Fields.Of(item.Open(), problems, "name", "description", "mode", "workloads", "except", "allow", "deny") is { } fields
                && ReadOne(fields, item) is var rule
                && problems.Errors == errors)
            {
                var placed = new PlacedRule(rule, item);
                rules.Add(placed);
                if (problems.All == all)
                {
                    _clean.Add(placed);
                }
            }
        }

        return rules.ToImmutable();
    }

    // A rule whose name is already used is read again, so that the duplicate is reported.
    private PlacedRule? TakeOver(LocatedValue item)
    {
        if (_known.Find(item.Source) is not { } rule || !_places.TryAdd(rule.Name, item))
        {
            return null;
        }

        aliases.Use(rule);
        return new PlacedRule(rule, item);
    }

    private PolicyRule ReadOne(Fields rule, LocatedValue place)
    {
        var name = ReadName(rule, place);
        CheckShape(rule);
        var needsNamespaces = rule["allow"] is null ? null : "an allow must name them, because anyone can create a service account with any name; write [\"*\"] for all";
        return new PolicyRule(
            name ?? "",
            _scalars.Text(rule["description"]),
            _modes.Read(rule["mode"]),
            _workloads.Read(rule.Required("workloads", "name the workloads that the rule applies to; [ {} ] is every pod"), needsNamespaces),
            _workloads.Read(rule["except"]),
            [.. _scalars.List(rule["allow"], "name what is allowed, or leave the key out").Select(_permissions.ReadAllow).OfType<AllowPermission>()],
            [.. _scalars.List(rule["deny"], "name what is denied ([ {} ] is everything), or leave the key out").Select(_permissions.ReadDeny).OfType<DenyPermission>()]);
    }

    private string? ReadName(Fields rule, LocatedValue place)
    {
        var at = rule.Required("name", "write a unique name, by which records and denials identify the rule");
        var name = _scalars.Text(at);
        if (name is null)
        {
            return null;
        }

        if (!NameFormat.IsName(name))
        {
            problems.Error(at!, NameFormat.Cure);
        }
        else if (!_places.TryAdd(name, place))
        {
            problems.Error(at!, $"{_places[name].Place} has the same name: rename one of the two");
        }

        return name;
    }

    private void CheckShape(Fields rule)
    {
        if (rule["allow"] is null && rule["deny"] is null)
        {
            problems.Whole(ProblemSeverity.Error, rule.At, "the rule neither allows nor denies: give it \"allow\" or \"deny\", or remove it");
        }

        if (rule["mode"] is { } mode && rule["allow"] is not null)
        {
            problems.Error(mode, "only a rule without allows can have its own mode: move its allows to another rule");
        }
    }
}
