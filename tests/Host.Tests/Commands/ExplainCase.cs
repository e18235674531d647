namespace ImdsProxy.Host.Tests.Commands;

/// <summary>A request and its expected explanation.</summary>
/// <param name="Name">The name for the test runner.</param>
/// <param name="Ip">The caller's address.</param>
/// <param name="Request">The request.</param>
/// <param name="Exit">The exit code.</param>
/// <param name="Says">The start of the first line.</param>
/// <param name="Lines">Further lines that must appear, compared without leading and trailing spaces.</param>
public sealed record ExplainCase(string Name, string Ip, string Request, int Exit, string Says, params string[] Lines)
{
    /// <summary>Header lines of the request.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>The policy's mode.</summary>
    public string Mode { get; init; } = "enforce";

    public override string ToString() => Name;
}
