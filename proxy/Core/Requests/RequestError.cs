namespace ImdsProxy.Core.Requests;

/// <summary>Why a request is malformed. Its text goes to the caller and to the audit record.</summary>
/// <param name="Message">One sentence that names the place and the cure. Holds nothing of a parameter's value.</param>
public sealed record RequestError(string Message);
