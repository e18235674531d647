namespace ImdsProxy.Host.Tests.Commands;

/// <summary>A request, and what must be said of it.</summary>
/// <param name="Name">For the runner.</param>
/// <param name="Ip">Who asks.</param>
/// <param name="Request">What is asked.</param>
/// <param name="Exit">The exit code.</param>
/// <param name="Says">The first line's start.</param>
/// <param name="Lines">Lines that must be there as well, compared without the spaces around.</param>
public sealed record ExplainCase(string Name, string Ip, string Request, int Exit, string Says, params string[] Lines)
{
    /// <summary>Header lines of the request.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>The policy's mode.</summary>
    public string Mode { get; init; } = "enforce";

    public override string ToString() => Name;
}
