namespace ImdsProxy.Runtime;

/// <summary>The override that a file in the override directory requests (break glass).</summary>
/// <param name="On">Whether it is in force now.</param>
/// <param name="Until">When it expires.</param>
/// <param name="Reason">The reason, as its author wrote it.</param>
/// <param name="Refusal">Why the files are ignored, or null.</param>
internal sealed record Override(bool On, DateTimeOffset Until, string Reason, string? Refusal)
{
    /// <summary>Whether the release is being uninstalled. The override then holds until <see cref="Until"/>, even if its files are removed earlier.</summary>
    public bool Uninstalling { get; init; }

    public static Override None { get; } = new(false, default, "", null);

    public static Override Refused(string why) => new(false, default, "", why);
}
