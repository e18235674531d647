using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Audit.Search;

/// <summary>Renders one aligned line per record: time, verdict, caller → request, reason, milliseconds.</summary>
internal sealed class CompactRenderer(TextWriter output, bool coloured) : IRecordRenderer
{
    private readonly AuditLine _fields = new();

    public void Render(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        var time = (Text(line, AuditField.Time) ?? "").Replace('T', ' ');
        output.Write(Colour("2", time.Length > 23 ? time[..23] : time));
        output.Write("  ");
        if (Text(line, AuditField.Verdict) is { } verdict)
        {
            output.Write(Colour(ColourOf(verdict), verdict.PadRight(10)));
            output.WriteLine($"  {Who(line),-36} → {What(line)}{Why(line)}{Answer(line)}");
        }
        else
        {
            output.Write(Colour("36", "event".PadRight(10)));
            output.WriteLine(Text(line, AuditField.Pod) is null
                ? $"  {Node(line),-36} · {Text(line, AuditField.Event)}{Details(line)}"
                : $"  {Who(line),-36} · {Text(line, AuditField.Event)}{Pod(line)}");
        }
    }

    public void End()
    {
    }

    private string Who(ReadOnlySpan<byte> line) => Text(line, AuditField.Pod) is { } pod
        ? $"{Text(line, AuditField.Namespace)}/{pod}"
        : Text(line, AuditField.Ip) is { } ip ? $"{ip} ({Text(line, AuditField.CallerKind)})"
        : $"({Text(line, AuditField.CallerKind)})";

    private string What(ReadOnlySpan<byte> line)
    {
        if (Text(line, AuditField.Summed) is { } summed)
        {
            return $"{summed} requests above the rate";
        }

        if (Text(line, AuditField.Path) is not { } path)
        {
            return $"{Text(line, AuditField.Method)} {Text(line, AuditField.RawTarget)} ({Text(line, AuditField.Error)})";
        }

        var method = Text(line, AuditField.Method);
        var what = new StringBuilder(method == "GET" ? "" : $"{method} ");
        var endpoint = ImdsEndpoints.Find(path);
        what.Append(endpoint.IssuesCredential ? endpoint.Name : path);
        Add(what, " ", Text(line, AuditField.IssuedResource) ?? Text(line, AuditField.RequestedResource));
        Add(what, " as ", Text(line, AuditField.Identity) ?? Text(line, AuditField.ClientId) ?? Text(line, AuditField.Selector));
        return what.ToString();
    }

    private string Why(ReadOnlySpan<byte> line)
    {
        var reason = Text(line, AuditField.Reason);
        var rule = Text(line, AuditField.Rule);
        return $"  {(rule is null ? reason : reason == "rule" ? $"rule {rule}" : $"{reason} {rule}")}";
    }

    private string Answer(ReadOnlySpan<byte> line)
    {
        var answer = new StringBuilder();
        Add(answer, "  ", Text(line, AuditField.Status));
        if (_fields.TryGetNumber(line, AuditField.Ms, out var milliseconds))
        {
            answer.Append(CultureInfo.InvariantCulture, $"  {milliseconds:0.0} ms");
        }

        return answer.ToString();
    }

    private string Node(ReadOnlySpan<byte> line) => Text(line, AuditField.Node) ?? Text(line, AuditField.Instance) ?? "";

    // Of an event about a pod.
    private string Pod(ReadOnlySpan<byte> line)
    {
        var pod = new StringBuilder();
        Add(pod, "  service account ", Text(line, AuditField.ServiceAccount));
        Add(pod, ", ", Text(line, AuditField.Owner));
        Add(pod, "  ", Text(line, AuditField.Labels));
        Add(pod, "  states skipped: ", Text(line, AuditField.Skipped));
        Add(pod, "  labels cut: ", Text(line, AuditField.Cut));
        return pod.ToString();
    }

    // An event's own fields follow the chain's fields.
    private static string Details(ReadOnlySpan<byte> line)
    {
        var end = "\"prev\":\""u8;
        var at = line.IndexOf(end);
        var rest = at < 0 ? default : line[(at + end.Length)..];
        var comma = rest.IndexOf((byte)',');
        return comma < 0 ? "" : "  " + AuditColumn.Printable(Encoding.UTF8.GetString(rest[(comma + 1)..^1]));
    }

    private string? Text(ReadOnlySpan<byte> line, AuditField field) =>
        _fields.GetText(line, field) is { } text ? AuditColumn.Printable(text) : null;

    private static void Add(StringBuilder text, string before, string? value)
    {
        if (value is not null)
        {
            text.Append(before).Append(value);
        }
    }

    private string Colour(string code, string text) => coloured ? $"\u001b[{code}m{text}\u001b[0m" : text;

    private static string ColourOf(string verdict) => verdict switch
    {
        "allowed" => "32",
        "would-deny" => "33",
        _ => "31",
    };
}
