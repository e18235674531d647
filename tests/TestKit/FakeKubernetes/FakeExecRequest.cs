namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A command that a client runs in a container.</summary>
public sealed record FakeExecRequest(string Namespace, string Pod, string Container, IReadOnlyList<string> Command);
