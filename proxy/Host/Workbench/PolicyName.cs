namespace ImdsProxy.Workbench;

/// <summary>A policy in an answer.</summary>
/// <param name="Path">Where it was read from.</param>
/// <param name="Revision">Its revision.</param>
internal sealed record PolicyName(string Path, string Revision);
