namespace ImdsProxy.Redirect;

/// <summary>What the override directory asks of the redirect.</summary>
/// <param name="Off">Whether interception is off now.</param>
/// <param name="Until">When that ends by itself.</param>
/// <param name="Reason">Why, in the words of whoever did it.</param>
/// <param name="Refusal">Why the files are not obeyed, or null.</param>
internal sealed record InterceptionOverride(bool Off, DateTimeOffset Until, string Reason, string? Refusal)
{
    public static InterceptionOverride None { get; } = new(false, default, "", null);

    public static InterceptionOverride Refused(string why) => new(false, default, "", why);
}
