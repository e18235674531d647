using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Merges the roots of fragments into the root of one policy. Each value still knows the file that it comes from.</summary>
internal sealed class FragmentMerger(ProblemList problems)
{
    private static readonly string[] HeadKeys = ["version", "mode", "enforceOnly", "auditOnly", "hostNetwork"];

    private readonly LocatedDocument _whole = new(ReadOnlyMemory<byte>.Empty, "", 0, problems.Texts);
    private readonly List<LocatedMember> _members = [];
    private readonly List<LocatedMember> _identities = [];
    private readonly List<LocatedValue> _rules = [];
    private LocatedValue? _head;

    /// <summary>Adds a fragment.</summary>
    public void Add(LocatedValue fragment)
    {
        if (DocumentKinds.IsTests(fragment))
        {
            problems.Whole(ProblemSeverity.Error, fragment, "this is a file of tests, not a part of the policy: move it out of the policy's directory");
            return;
        }

        if (Fields.Of(fragment, problems, [.. HeadKeys, "identities", "rules"]) is not { } fields)
        {
            return;
        }

        AddHead(fields);
        AddIdentities(fields["identities"]);
        AddRules(fields["rules"]);
    }

    /// <summary>The merged policy. Without a head fragment it lacks required members, which the reader reports.</summary>
    public LocatedValue Merge()
    {
        var identities = new LocatedValue(_whole, null, null, 0, JsonValueKind.Object, 1, 0) { Members = [.. _identities] };
        var rules = new LocatedValue(_whole, null, null, 0, JsonValueKind.Array, 1, 0) { Items = [.. _rules] };

        // The offset before all files, because no single fragment is to blame for a missing member of the merged policy.
        return new LocatedValue(_whole, null, null, 0, JsonValueKind.Object, 1, -1)
        {
            Members = [.. _members, new LocatedMember("identities", 1, identities), new LocatedMember("rules", 1, rules)],
        };
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
            problems.Key(members[0], $"{_head.Place} already has \"version\", \"mode\" and the mode lists: only one fragment may have them");
            return;
        }

        _head = fragment.At;
        _members.AddRange(members);
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
            if (_identities.Find(other => other.Name == member.Name) is { Value: not null } other)
            {
                problems.Key(member, $"{other.Value.Place} has the same name: rename one of the two");
            }
            else
            {
                _identities.Add(member);
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

        _rules.AddRange(at?.Items ?? []);
    }
}
