namespace ImdsProxy.Redirect.Node;

/// <summary>Reads the labels of this node. Returns null if the labels are unknown.</summary>
internal delegate Task<IReadOnlyDictionary<string, string>?> ReadNodeLabels(CancellationToken cancellation);
