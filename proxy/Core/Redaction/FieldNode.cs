namespace ImdsProxy.Core.Redaction;

/// <summary>A tree of field paths. Names are compared case-insensitively, as in IMDS.</summary>
internal sealed class FieldNode
{
    /// <summary>The step that stands for any array element.</summary>
    public const string Element = "*";

    private readonly Dictionary<string, FieldNode> _children = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a path ends here.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>The names of the fields one step deeper.</summary>
    public IEnumerable<string> Names => _children.Keys;

    public static FieldNode Of(IEnumerable<string> paths)
    {
        var root = new FieldNode();
        foreach (var path in paths)
        {
            var node = root;
            foreach (var step in path.Split('.'))
            {
                node = node.Descend(step);
            }

            node.IsEnd = true;
        }

        return root;
    }

    public FieldNode? Child(string step) => _children.GetValueOrDefault(step);

    private FieldNode Descend(string step)
    {
        if (!_children.TryGetValue(step, out var child))
        {
            _children.Add(step, child = new FieldNode());
        }

        return child;
    }
}
