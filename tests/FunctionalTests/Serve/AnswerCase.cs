using System.Net;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A request and what must become of it, in both modes of its caller.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Pod">Who asks.</param>
/// <param name="Request">What.</param>
/// <param name="Enforce">The end in enforce mode.</param>
/// <param name="Audit">The end in audit mode.</param>
internal sealed record AnswerCase(string Name, IPAddress Pod, RawRequest Request, AnswerCase.End Enforce, AnswerCase.End Audit)
{
    /// <summary>The same end in both modes.</summary>
    public AnswerCase(string name, IPAddress pod, RawRequest request, End both)
        : this(name, pod, request, both, both)
    {
    }

    /// <summary>An end of a request.</summary>
    /// <param name="Status">The caller's answer.</param>
    /// <param name="Verdict">Of the record.</param>
    /// <param name="Reason">Of the record.</param>
    /// <param name="Rule">Of the record, or null.</param>
    /// <param name="ReachesImds">Whether IMDS hears of it.</param>
    internal sealed record End(int Status, string Verdict, string Reason, string? Rule, bool ReachesImds);
}
