using System.Text;

namespace ImdsProxy.Doctor.Findings;

/// <summary>Writes a diagnosis for people.</summary>
internal static class DiagnosisText
{
    // Beyond this number, the particulars hide the next check. The JSON has them all.
    private const int MaxDetails = 6;
    private const string Indent = "      ";

    public static string Of(Diagnosis diagnosis)
    {
        var text = new StringBuilder($"imds-proxy {diagnosis.Version}, run {diagnosis.Place}\n");
        foreach (var group in diagnosis.Checks.GroupBy(static check => check.Group, StringComparer.Ordinal))
        {
            text.Append('\n').Append(group.Key).Append('\n');
            foreach (var check in group)
            {
                Append(text, check);
            }
        }

        return text.Append('\n').Append(Sum(diagnosis)).Append('\n').ToString();
    }

    private static void Append(StringBuilder text, Checked check)
    {
        var finding = check.Finding;
        text.Append($"  {Mark(finding.State)} {check.Name}: {finding.Sentence}\n");
        foreach (var detail in finding.Details.Take(MaxDetails))
        {
            text.Append(Indent).Append(detail).Append('\n');
        }

        if (finding.Details.Length > MaxDetails)
        {
            text.Append($"{Indent}… and {finding.Details.Length - MaxDetails} more; -o json lists all\n");
        }

        if (finding.Cure is { } cure)
        {
            text.Append($"    → {cure}\n");
        }
    }

    private static string Sum(Diagnosis diagnosis) =>
        $"{diagnosis.Count(FindingState.Good)} good, {diagnosis.Count(FindingState.Warning)} to look at (!), "
        + $"{diagnosis.Count(FindingState.Broken)} broken (✗), {diagnosis.Count(FindingState.NotApplicable)} not applicable here (-)";

    private static char Mark(FindingState state) => state switch
    {
        FindingState.Good => '✓',
        FindingState.Warning => '!',
        FindingState.Broken => '✗',
        _ => '-',
    };
}
