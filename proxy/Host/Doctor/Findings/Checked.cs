namespace ImdsProxy.Doctor.Findings;

/// <summary>A check that was made.</summary>
/// <param name="Group">The title of its group.</param>
/// <param name="Name">The name of the check.</param>
/// <param name="Finding">What it found.</param>
internal sealed record Checked(string Group, string Name, Finding Finding);
