using System.Net;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A request and its expected outcome in both modes of its caller.</summary>
/// <param name="Name">The case's unique name.</param>
/// <param name="Pod">The caller.</param>
/// <param name="Request">The request.</param>
/// <param name="Enforce">The outcome in enforce mode.</param>
/// <param name="Audit">The outcome in audit mode.</param>
internal sealed record AnswerCase(string Name, IPAddress Pod, RawRequest Request, AnswerCase.End Enforce, AnswerCase.End Audit)
{
    /// <summary>Creates a case with the same outcome in both modes.</summary>
    public AnswerCase(string name, IPAddress pod, RawRequest request, End both)
        : this(name, pod, request, both, both)
    {
    }

    /// <summary>The outcome of a request.</summary>
    /// <param name="Status">The status that the caller receives.</param>
    /// <param name="Verdict">The record's verdict.</param>
    /// <param name="Reason">The record's reason.</param>
    /// <param name="Rule">The record's rule, or null.</param>
    /// <param name="ReachesImds">Whether the request reaches IMDS.</param>
    internal sealed record End(int Status, string Verdict, string Reason, string? Rule, bool ReachesImds);
}
