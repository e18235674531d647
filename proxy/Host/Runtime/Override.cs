namespace ImdsProxy.Runtime;

/// <summary>What one file of the override directory asks for (break glass).</summary>
/// <param name="On">Whether it is in force now.</param>
/// <param name="Until">When that ends by itself.</param>
/// <param name="Reason">Why, in the words of whoever did it.</param>
/// <param name="Refusal">Why the files are not obeyed, or null.</param>
internal sealed record Override(bool On, DateTimeOffset Until, string Reason, string? Refusal)
{
    /// <summary>Whether whatever reads it is on its way out: it then holds until its time, though the files may go before.</summary>
    public bool Uninstalling { get; init; }

    public static Override None { get; } = new(false, default, "", null);

    public static Override Refused(string why) => new(false, default, "", why);
}
