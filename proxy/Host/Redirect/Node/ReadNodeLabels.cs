namespace ImdsProxy.Redirect.Node;

/// <summary>Reads the labels of this node. Null if they are unknown.</summary>
internal delegate Task<IReadOnlyDictionary<string, string>?> ReadNodeLabels(CancellationToken cancellation);
