namespace ImdsProxy.Runtime;

/// <summary>What one file of the override directory asks for (break glass).</summary>
/// <param name="On">Whether it is in force now.</param>
/// <param name="Until">When that ends by itself.</param>
/// <param name="Reason">Why, in the words of whoever did it.</param>
/// <param name="Refusal">Why the files are not obeyed, or null.</param>
internal sealed record Override(bool On, DateTimeOffset Until, string Reason, string? Refusal)
{
    public static Override None { get; } = new(false, default, "", null);

    public static Override Refused(string why) => new(false, default, "", why);
}
