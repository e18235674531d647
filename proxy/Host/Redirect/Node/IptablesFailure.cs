namespace ImdsProxy.Redirect.Node;

/// <summary>A call of an iptables program failed; another one may succeed.</summary>
internal sealed class IptablesFailure(string message) : Exception(message);
