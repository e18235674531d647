namespace ImdsProxy.Core.Credentials;

/// <summary>A number of seconds in an answer that becomes stale while the answer is cached, such as <c>expires_in</c>.</summary>
/// <param name="Start">The offset of the first digit in the body.</param>
/// <param name="Length">The number of digits.</param>
/// <param name="Seconds">The value when the answer arrived.</param>
public readonly record struct Countdown(int Start, int Length, long Seconds);
