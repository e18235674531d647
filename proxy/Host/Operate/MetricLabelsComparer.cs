namespace ImdsProxy.Operate;

/// <summary>Finds a set of tags by the span in which a measurement brings it, so that looking it up allocates nothing.</summary>
internal sealed class MetricLabelsComparer :
    IEqualityComparer<MetricLabels>,
    IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, MetricLabels>
{
    public static readonly MetricLabelsComparer Instance = new();

    public MetricLabels Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);

    public bool Equals(MetricLabels? x, MetricLabels? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, MetricLabels other)
    {
        var tags = other.Tags;
        if (tags.Length != alternate.Length)
        {
            return false;
        }

        for (var i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != alternate[i].Key || !Equals(tags[i].Value, alternate[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(MetricLabels obj) => GetHashCode(obj.Tags);

    // The values alone: within one instrument the names hardly ever differ.
    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = 0;
        foreach (var tag in alternate)
        {
            hash = (hash * 31) + (tag.Value?.GetHashCode() ?? 0);
        }

        return hash;
    }
}
