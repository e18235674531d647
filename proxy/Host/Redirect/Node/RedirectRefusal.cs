namespace ImdsProxy.Redirect.Node;

/// <summary>The redirect can't or must not be made here. The message says why and what to do; nothing was changed.</summary>
internal sealed class RedirectRefusal(string message) : Exception(message);
