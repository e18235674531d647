namespace ImdsProxy.Redirect.Node;

/// <summary>An iptables program failed. A later call may succeed.</summary>
internal sealed class IptablesFailure(string message) : Exception(message);
