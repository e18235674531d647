using ImdsProxy.Audit.Reduce;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Workbench;

namespace ImdsProxy.Sources;

/// <summary>Tells whether a log can be answered from, and if not, why.</summary>
internal static class LogProblems
{
    /// <summary>What an answer from the log rests on.</summary>
    public static LogBasis BasisOf(LogFindings findings) => new(
        findings.Table.Coverage,
        findings.Table.Requests,
        [.. findings.Unread.Select(static source => (source.Path, source.Message))],
        findings.NotRecords,
        findings.Newer);

    /// <summary>Refuses a log from which nothing can be answered.</summary>
    /// <exception cref="FormatException">It is such a log.</exception>
    public static void Check(LogFindings findings, AuditQuestion question)
    {
        if (findings.Clusters.Count > 1)
        {
            throw new FormatException(
                $"the records are of several clusters ({string.Join(", ", findings.Clusters.Select(PlainText.Of))}), each of which has workloads and identities of its own: read the log of one cluster");
        }

        if (findings.Table.Requests == 0)
        {
            throw new FormatException(Reason(findings, question));
        }

        if (findings.Newer == findings.Table.Requests)
        {
            throw new FormatException($"all {PlainText.Count(findings.Newer, "record")} are of a newer version: use a newer imds-proxy");
        }
    }

    private static string Reason(LogFindings findings, AuditQuestion question)
    {
        var missing = CoverageText.Missing(BasisOf(findings));
        return !missing.IsEmpty ? $"nothing can be read. {string.Join("; ", missing)}"
            : question.Since is not null || question.Until is not null ? "the log has no request in this time range: choose another --since or --until"
            : !question.Terms.IsEmpty ? "no request in the log matches the filters"
            : "the log has no request yet";
    }
}
