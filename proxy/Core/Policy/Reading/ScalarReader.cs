using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads what is no object: texts, switches, lists.</summary>
internal sealed class ScalarReader(ProblemList problems)
{
    /// <summary>A text; null where there is none or it is something else.</summary>
    public string? Text(LocatedValue? at)
    {
        if (at is null || at.Kind == JsonValueKind.String)
        {
            return at?.Text;
        }

        problems.Error(at, "write a string, in quotes");
        return null;
    }

    /// <summary>A switch; false where there is none.</summary>
    public bool Flag(LocatedValue? at)
    {
        if (at is not null && at.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            problems.Error(at, "write true or false, without quotes");
        }

        return at?.Kind == JsonValueKind.True;
    }

    /// <summary>The entries of a list that must have some; none where there is no list.</summary>
    public IReadOnlyList<LocatedValue> List(LocatedValue? at, string cureOfEmpty)
    {
        if (at is null)
        {
            return [];
        }

        if (at.Kind != JsonValueKind.Array)
        {
            problems.Error(at, "write a list, [ … ]");
        }
        else if (at.Items.Length == 0)
        {
            problems.Error(at, $"the list is empty: {cureOfEmpty}");
        }

        return at.Items;
    }

    /// <summary>The entries of a list of texts.</summary>
    public IEnumerable<LocatedValue> Texts(LocatedValue? at, string cureOfEmpty) =>
        List(at, cureOfEmpty).Where(item => Text(item) is not null);
}
