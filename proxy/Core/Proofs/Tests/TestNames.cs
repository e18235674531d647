using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads the names of tests, which are unique in their document.</summary>
internal sealed class TestNames(ProblemList problems)
{
    private const int MaxName = 200;

    private readonly ScalarReader _scalars = new(problems);
    private readonly Dictionary<string, LocatedValue> _places = new(StringComparer.Ordinal);

    /// <summary>The name of a test; empty if it is missing or invalid.</summary>
    public string Read(Fields test)
    {
        var at = test.Required("name", "results tell tests apart by it");
        if (_scalars.Text(at) is not { } name)
        {
            return "";
        }

        if (name.Length is 0 or > MaxName || name.Any(char.IsControl) || string.IsNullOrWhiteSpace(name))
        {
            problems.Error(at!, $"write 1 to {MaxName} characters on one line");
        }
        else if (!_places.TryAdd(name, test.At))
        {
            problems.Error(at!, $"{_places[name].Place} has the same name: rename one of the two");
        }

        return name;
    }
}
