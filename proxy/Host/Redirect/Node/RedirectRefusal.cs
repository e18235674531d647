namespace ImdsProxy.Redirect.Node;

/// <summary>The redirect can't or must not be set up on this node. The message gives the reason and the remedy. Nothing was changed.</summary>
internal sealed class RedirectRefusal(string message) : Exception(message);
