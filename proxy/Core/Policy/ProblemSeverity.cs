namespace ImdsProxy.Core.Policy;

/// <summary>How bad a problem is.</summary>
public enum ProblemSeverity
{
    /// <summary>Worth knowing; the document is good all the same.</summary>
    Warning,

    /// <summary>The document is refused.</summary>
    Error,
}
