namespace ImdsProxy.Redirect.Node;

/// <summary>How a program ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
