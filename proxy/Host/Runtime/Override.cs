namespace ImdsProxy.Runtime;

/// <summary>What the override directory asks for in one of its files (break glass).</summary>
/// <param name="On">Whether it is in force now.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="Reason">The reason, as its author wrote it.</param>
/// <param name="Refusal">Why the files are ignored, or null.</param>
internal sealed record Override(bool On, DateTimeOffset Until, string Reason, string? Refusal)
{
    /// <summary>Whether the release is being uninstalled. The override then holds until its time, even if its files are removed earlier.</summary>
    public bool Uninstalling { get; init; }

    public static Override None { get; } = new(false, default, "", null);

    public static Override Refused(string why) => new(false, default, "", why);
}
