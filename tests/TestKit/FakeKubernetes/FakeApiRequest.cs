namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A request the fake was sent.</summary>
/// <param name="Operation"><c>list</c>, <c>watch</c>, <c>create</c>, <c>get</c> or <c>patch</c>.</param>
/// <param name="Path">Its path.</param>
/// <param name="Query">Its query, decoded.</param>
/// <param name="AcceptEncoding">What encodings it would take.</param>
public sealed record FakeApiRequest(string Operation, string Path, IReadOnlyDictionary<string, string> Query, string AcceptEncoding);
