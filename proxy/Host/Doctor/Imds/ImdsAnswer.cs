namespace ImdsProxy.Doctor.Imds;

/// <summary>The answer of IMDS to one request.</summary>
/// <param name="Status">The HTTP status, or null if no answer arrived.</param>
/// <param name="Failure">Why there is no answer.</param>
/// <param name="Date">IMDS's clock, in whole seconds, or null if the answer does not state it.</param>
/// <param name="FromProxy">Whether the proxy denied the request. With <c>--host-pods</c>, it sees the requests of its own pod's other containers.</param>
/// <param name="Asked">This machine's clock when the request was sent.</param>
/// <param name="Took">How long the answer took.</param>
internal sealed record ImdsAnswer(int? Status, string? Failure, DateTimeOffset? Date, bool FromProxy, DateTimeOffset Asked, TimeSpan Took);
