using ImdsProxy.Core.Policy;

namespace ImdsProxy.Commands.Demo;

/// <summary>Formats each result and each log line as one line of output.</summary>
internal static class TourRows
{
    private const int VerdictWidth = 11;
    private const int TitleWidth = 38;
    private const int CallerWidth = 24;
    private const int WhatWidth = 45;

    // Enough characters to tell an id from the others.
    private const int IdLength = 7;

    /// <summary>Shows the results of a scene. Neighbours of a group that ended alike share a line.</summary>
    public static void Show(Screen screen, IReadOnlyList<TourResult> results)
    {
        for (var first = 0; first < results.Count;)
        {
            var same = results.Skip(first).TakeWhile(result => result == results[first] || IsAlike(result, results[first])).ToList();
            Show(screen, same[0], same.Count);
            first += same.Count;
        }
    }

    private static bool IsAlike(TourResult one, TourResult other) =>
        one.Step.Group is not null
        && one.Step.Group == other.Step.Group
        && (one.Line.Verdict, one.Line.Reason, one.Line.Rule, one.Answer.Status) == (other.Line.Verdict, other.Line.Reason, other.Line.Rule, other.Answer.Status);

    private static void Show(Screen screen, TourResult result, int count)
    {
        var (ink, mark) = Look(result.Line.Verdict);
        screen.Line(
            (ink, $"  {mark} {Screen.Fit(Verdict(result.Line.Verdict), VerdictWidth)}"),
            (Ink.Plain, $"{result.Answer.Status}  {Screen.Fit(count > 1 ? $"{result.Step.Group} by {count} ids" : result.Step.Title, TitleWidth)} "),
            (Ink.Dim, Why(result.Line)));
        ShowTheft(screen, result, count);
        ShowFinding(screen, result);
        ShowDenial(screen, result);
    }

    /// <summary>Shows a line of the audit log.</summary>
    public static void Show(Screen screen, DemoLine line)
    {
        if (line.Event is not null)
        {
            screen.Line((Ink.Dim, $"{line.Time} "), (Ink.Cyan, $"{"event",-VerdictWidth}{line.Event} "), (Ink.Plain, line.Detail));
            return;
        }

        screen.Line(
            (Ink.Dim, $"{line.Time} "),
            (Look(line.Verdict).Ink, Screen.Fit(line.Verdict, VerdictWidth)),
            (Ink.Plain, $"{Screen.Fit(line.Caller, CallerWidth)} {Screen.Fit(What(line), WhatWidth)} "),
            (Ink.Dim, line.Reason));
    }

    private static void ShowTheft(Screen screen, TourResult result, int count)
    {
        if (result is { IsTheft: true, Answer.Token: { } token })
        {
            screen.Line((Ink.Yellow, $"{"",20}{(count > 1 ? $"{count} tokens stolen, the first is" : "stolen:")} {token}"));
        }
    }

    private static void ShowFinding(Screen screen, TourResult result)
    {
        if (result.Step.Reveals is { } found && result.Answer.Tag(found.Tag) is { } value)
        {
            screen.Line((Ink.Yellow, $"{"",6}in tagsList: {found.Tag} = {value}"));
        }
    }

    private static void ShowDenial(Screen screen, TourResult result)
    {
        if (result.Step.ShowsDenial && result.Mode == PolicyMode.Enforce && result.Answer.ErrorDescription is { } denial)
        {
            screen.Text($"“{denial}”", Ink.Cyan);
        }
    }

    private static (Ink Ink, char Mark) Look(string verdict) => verdict switch
    {
        "allowed" => (Ink.Green, '✓'),
        "would-deny" => (Ink.Yellow, '!'),
        _ => (Ink.Red, '✗'),
    };

    private static string Verdict(string verdict) => verdict == "would-deny" ? "would deny" : verdict;

    private static string Why(DemoLine line) => line.Reason switch
    {
        "rule" or "deny-rule" => line.Rule ?? line.Reason,
        "no-rule" => "no rule allows it",
        _ => line.Reason,
    };

    private static string What(DemoLine line)
    {
        if (line.Resource is null && line.SelectorKind is null)
        {
            return $"{line.Method} {line.Path}";
        }

        var resource = line.Resource?.Split("://")[^1] ?? "no resource";
        return $"token {resource} {(line.SelectorKind is null ? "" : $"{line.SelectorKind}={Short(line.SelectorValue!)}")}";
    }

    private static string Short(string id) => id.Length <= IdLength ? id : id.StartsWith('/') ? $"…{id[^(IdLength - 1)..]}" : id[..IdLength];
}
