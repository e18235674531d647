namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A request that the fake received.</summary>
/// <param name="Operation"><c>list</c>, <c>watch</c>, <c>create</c>, <c>get</c> or <c>patch</c>.</param>
/// <param name="Path">The path.</param>
/// <param name="Query">The decoded query.</param>
/// <param name="AcceptEncoding">The encodings that the client accepts.</param>
public sealed record FakeApiRequest(string Operation, string Path, IReadOnlyDictionary<string, string> Query, string AcceptEncoding);
