using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The members of an object with a fixed set of keys.</summary>
internal sealed class Fields
{
    private readonly ProblemList _problems;

    private Fields(LocatedValue at, ProblemList problems)
    {
        At = at;
        _problems = problems;
    }

    public LocatedValue At { get; }

    /// <summary>A member's value, or null.</summary>
    public LocatedValue? this[string name]
    {
        get
        {
            foreach (var member in At.Members)
            {
                if (member.Name == name)
                {
                    return member.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The members of an object. Reports unknown keys. Returns null if the value is not an object.</summary>
    public static Fields? Of(LocatedValue at, ProblemList problems, params ReadOnlySpan<string> known)
    {
        if (at.Kind != JsonValueKind.Object)
        {
            problems.Error(at, "write an object, { … }");
            return null;
        }

        foreach (var member in at.Members)
        {
            if (!known.Contains(member.Name))
            {
                problems.Key(member, NearKey.Of(member.Name, known.ToArray()) is { } near
                    ? $"unknown key: did you mean \"{near}\"?"
                    : $"unknown key: this version knows {string.Join(", ", known)} here");
            }
        }

        return new Fields(at, problems);
    }

    /// <summary>The value of a required member. Reports a missing member.</summary>
    public LocatedValue? Required(string name, string cure)
    {
        var value = this[name];
        if (value is null)
        {
            _problems.Missing(At, name, cure);
        }

        return value;
    }
}
