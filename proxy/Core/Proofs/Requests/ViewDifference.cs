using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Compares two views of the instance document.</summary>
internal static class ViewDifference
{
    private const string Root = "/metadata/instance";

    // No field has this name, so it stands for all fields that no view names.
    private const string Unnamed = "(other)";

    /// <summary>The fields that one view shows and the other hides in the answer to a path, as <c>compute.tags</c>. Null shows all.</summary>
    public static IReadOnlyList<string> Of(DocumentView? narrow, DocumentView? wide, string path)
    {
        if (narrow is null || !path.StartsWith(Root, StringComparison.Ordinal))
        {
            return [];
        }

        var steps = path[Root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Step).ToList();
        foreach (var step in steps)
        {
            (narrow, wide) = (narrow.Below(step), wide?.Below(step));
        }

        var fields = new List<string>();
        Walk(narrow, wide, steps, fields);
        return fields;
    }

    /// <summary>All fields that a view names, and those that contain them, as steps from the root.</summary>
    public static IEnumerable<IReadOnlyList<string>> FieldsOf(DocumentView view)
    {
        foreach (var name in view.Names)
        {
            yield return [name];
            foreach (var deeper in FieldsOf(view.Below(name)))
            {
                yield return [name, .. deeper];
            }
        }
    }

    private static void Walk(DocumentView narrow, DocumentView? wide, List<string> steps, List<string> fields)
    {
        var (less, more) = (narrow.Sight, wide?.Sight ?? Sight.Shown);
        if (less == Sight.Shown || more == Sight.Hidden)
        {
            return;
        }

        if (less == Sight.Hidden && more == Sight.Shown)
        {
            fields.Add(steps.Count == 0 ? "all fields" : string.Join('.', steps));
            return;
        }

        foreach (var name in narrow.Names.Concat(wide?.Names ?? []).Append(Unnamed).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            Walk(narrow.Below(name), wide?.Below(name), [.. steps, name], fields);
        }
    }

    private static string Step(string segment) => segment.AsSpan().ContainsAnyExceptInRange('0', '9') ? segment : FieldNode.Element;
}
