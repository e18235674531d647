namespace ImdsProxy.Redirect.Node;

/// <summary>Tells the labels of this node, or null where they are not known.</summary>
internal delegate Task<IReadOnlyDictionary<string, string>?> ReadNodeLabels(CancellationToken cancellation);
