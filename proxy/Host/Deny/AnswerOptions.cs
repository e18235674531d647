namespace ImdsProxy.Deny;

/// <summary>How denials are worded.</summary>
/// <param name="Help">Where to get help, added to each denial; or null. <c>--denial-help</c></param>
/// <param name="TokenDenial">How a denied token request is answered. <c>--token-denial</c></param>
internal sealed record AnswerOptions(string? Help, TokenDenialForm TokenDenial);
