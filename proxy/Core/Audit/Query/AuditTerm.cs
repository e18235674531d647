namespace ImdsProxy.Core.Audit.Query;

/// <summary>One condition of a question, as a person wrote it.</summary>
/// <param name="Name">The name of an <see cref="AuditFilter"/>, <see cref="Issued"/> or <see cref="Text"/>.</param>
/// <param name="Value">The value, or an empty text for <see cref="Issued"/>.</param>
/// <param name="Negated">Whether the condition excludes lines.</param>
public sealed record AuditTerm(string Name, string Value, bool Negated)
{
    /// <summary>Selects lines that record an issued credential.</summary>
    public const string Issued = "issued";

    /// <summary>Selects lines that contain a text anywhere.</summary>
    public const string Text = "text";
}
