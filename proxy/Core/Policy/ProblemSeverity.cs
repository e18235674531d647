namespace ImdsProxy.Core.Policy;

/// <summary>The severity of a problem.</summary>
public enum ProblemSeverity
{
    /// <summary>The document is valid, but probably not what its author meant.</summary>
    Warning,

    /// <summary>The document is refused.</summary>
    Error,
}
