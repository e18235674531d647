using System.Buffers;
using System.Collections.Immutable;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the part of the instance document that an allow shows.</summary>
internal sealed class ViewReader(ProblemList problems)
{
    private const string Instance = "/metadata/instance";

    /// <summary>Every field is compared with every answer. The whole schema has fewer fields.</summary>
    private const int MaxFields = 100;

    private const int MaxField = 200;

    private static readonly SearchValues<char> FieldCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private readonly ScalarReader _scalars = new(problems);

    /// <param name="allow">The permission.</param>
    /// <param name="path">The permission's path, or null if it is invalid.</param>
    public DocumentView? Read(Fields allow, PathShape? path)
    {
        var (redact, keep) = (allow["redact"], allow["keep"]);
        if ((keep ?? redact) is not { } at)
        {
            return null;
        }

        if (redact is not null && keep is not null)
        {
            problems.Error(keep, "\"redact\" lists the hidden fields and \"keep\" lists the only visible fields: write only one of the two");
        }

        if (path is not null && path.Text != Instance && !path.Text.StartsWith(Instance + "/", StringComparison.Ordinal))
        {
            problems.Error(at, $"only the instance document has fields: leave it out, or write a path that begins with '{Instance}'");
        }

        return keep is not null ? DocumentView.Keep(Names(keep)) : DocumentView.Redact(Names(at));
    }

    private ImmutableArray<string> Names(LocatedValue at)
    {
        var items = _scalars.Texts(at, "name a field, such as compute.tags, or leave the key out").ToList();
        if (items.Count > MaxFields)
        {
            problems.Error(at, $"there are more than {MaxFields} fields: name the fields that contain them");
        }

        foreach (var item in items)
        {
            Check(item);
        }

        return [.. items.Select(item => item.Text)];
    }

    private void Check(LocatedValue item)
    {
        if (item.Text.Length > MaxField || !item.Text.Split('.').All(IsStep))
        {
            problems.Error(item, "write names with dots between them, and '*' for each element of an array, such as compute.tags or network.interface.*.macAddress");
        }
        else if (!InstanceFields.Has(item.Text))
        {
            problems.Warning(item, InstanceFields.Names.FirstOrDefault(name => WithoutElements(name) == WithoutElements(item.Text)) is { } array
                ? $"IMDS is not known to have this field: it has '{array}', where '*' is each element of an array"
                : NearKey.Of(item.Text, InstanceFields.Names) is { } near
                    ? $"IMDS is not known to have this field: did you mean '{near}'?"
                    : "IMDS is not known to have this field: check its spelling");
        }
    }

    private static bool IsStep(string step) => step == "*" || (step.Length > 0 && !step.AsSpan().ContainsAnyExcept(FieldCharacters));

    private static string WithoutElements(string path) => path.Replace(".*", "", StringComparison.Ordinal).ToLowerInvariant();
}
