using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Puts the roots of fragments together to the root of one policy. What is read from it knows its own file.</summary>
internal sealed class FragmentMerger(ProblemList problems)
{
    private static readonly string[] HeadKeys = ["version", "mode", "enforceOnly", "auditOnly"];

    // Before all files: what the whole lacks is no fragment's fault.
    private readonly LocatedValue _root = new(null, null, 0, JsonValueKind.Object, 1, -1);
    private readonly LocatedValue _identities = new(null, null, 0, JsonValueKind.Object, 1, 0);
    private readonly LocatedValue _rules = new(null, null, 0, JsonValueKind.Array, 1, 0);
    private LocatedValue? _head;

    /// <summary>Adds a fragment.</summary>
    public void Add(LocatedValue fragment)
    {
        if (Fields.Of(fragment, problems, [.. HeadKeys, "identities", "rules"]) is not { } fields)
        {
            return;
        }

        AddHead(fields);
        AddIdentities(fields["identities"]);
        AddRules(fields["rules"]);
    }

    /// <summary>The whole. Where no fragment is the head it lacks what a policy must have.</summary>
    public LocatedValue Merge()
    {
        _root.Members.Add(new LocatedMember("identities", 1, _identities));
        _root.Members.Add(new LocatedMember("rules", 1, _rules));
        return _root;
    }

    private void AddHead(Fields fragment)
    {
        var members = fragment.At.Members.Where(static member => HeadKeys.Contains(member.Name, StringComparer.Ordinal)).ToList();
        if (members.Count == 0)
        {
            return;
        }

        if (_head is not null)
        {
            problems.Key(members[0], $"{_head.Place} holds \"version\", \"mode\" and the mode lists already: exactly one fragment may");
            return;
        }

        _head = fragment.At;
        _root.Members.AddRange(members);
    }

    private void AddIdentities(LocatedValue? at)
    {
        if (at is { Kind: not JsonValueKind.Object })
        {
            problems.Error(at, "write an object of aliases, { \"name\": { \"clientId\": … } }");
            return;
        }

        foreach (var member in at?.Members ?? [])
        {
            if (_identities.Members.Find(other => other.Name == member.Name) is { Value: not null } other)
            {
                problems.Key(member, $"{other.Value.Place} has the same name: rename one of the two");
            }
            else
            {
                _identities.Members.Add(member);
            }
        }
    }

    private void AddRules(LocatedValue? at)
    {
        if (at is { Kind: not JsonValueKind.Array })
        {
            problems.Error(at, "write a list of rules, [ … ]");
            return;
        }

        _rules.Items.AddRange(at?.Items ?? []);
    }
}
