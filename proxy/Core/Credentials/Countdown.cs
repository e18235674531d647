namespace ImdsProxy.Core.Credentials;

/// <summary>A number of seconds within an answer that grows old while the answer is kept: <c>expires_in</c> and its like.</summary>
/// <param name="Start">Where its digits begin in the body.</param>
/// <param name="Length">How many digits it has.</param>
/// <param name="Seconds">What it said when the answer came.</param>
public readonly record struct Countdown(int Start, int Length, long Seconds);
