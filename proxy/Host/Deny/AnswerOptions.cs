namespace ImdsProxy.Deny;

/// <summary>The options for the wording of denials.</summary>
/// <param name="Help">A hint that each denial contains about where to get help, or null. <c>--denial-help</c></param>
/// <param name="TokenDenial">The form of the answer to a denied token request. <c>--token-denial</c></param>
internal sealed record AnswerOptions(string? Help, TokenDenialForm TokenDenial);
