using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads strings, booleans and lists.</summary>
internal sealed class ScalarReader(ProblemList problems)
{
    /// <summary>The text of a string, or null if it is missing or not a string.</summary>
    public string? Text(LocatedValue? at)
    {
        if (at is null || at.Kind == JsonValueKind.String)
        {
            return at?.Text;
        }

        problems.Error(at, "write a string, in quotes");
        return null;
    }

    /// <summary>The value of a boolean; false if it is missing.</summary>
    public bool Flag(LocatedValue? at)
    {
        if (at is not null && at.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            problems.Error(at, "write true or false, without quotes");
        }

        return at?.Kind == JsonValueKind.True;
    }

    /// <summary>The items of a list, which must not be empty. Returns no items if the list is missing.</summary>
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

    /// <summary>The items of a list of strings.</summary>
    public IEnumerable<LocatedValue> Texts(LocatedValue? at, string cureOfEmpty) =>
        List(at, cureOfEmpty).Where(item => Text(item) is not null);
}
