namespace ImdsProxy.Core.Requests;

/// <summary>The reason why a request is malformed. The caller and the audit record get its text.</summary>
/// <param name="Message">One sentence that names the place and the fix. Never contains a parameter's value.</param>
public sealed record RequestError(string Message);
