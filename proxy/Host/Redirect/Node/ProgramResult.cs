namespace ImdsProxy.Redirect.Node;

/// <summary>The result of a program that ran.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
