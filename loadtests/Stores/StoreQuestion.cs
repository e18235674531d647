namespace ImdsProxy.LoadTests.Stores;

/// <summary>A documented question.</summary>
/// <param name="Title">The heading above it, or the title of a panel.</param>
/// <param name="Statement">The SQL statement that asks it, or null.</param>
/// <param name="Command">The arguments of <c>imds-proxy</c> that ask it, for a shell and without a source, or null.</param>
internal sealed record StoreQuestion(string Title, string? Statement = null, string? Command = null)
{
    /// <summary>How it is shown in the table.</summary>
    public string Text => Command is null ? Title : $"`{Command.Replace("|", "\\|", StringComparison.Ordinal)}`";
}
