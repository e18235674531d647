using System.Net;
using System.Text.Json;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Explain;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>POST /api/v1/explain</c>: what the policy says of a recorded request, in the words of <c>policy explain</c>.</summary>
internal sealed class ExplainView(ConsolePolicy policy)
{
    public async Task HandleAsync(HttpContext context)
    {
        var record = await ConsoleAnswer.ReadAsync(context, ViewJson.Default.JsonElement);
        var document = await policy.NeedAsync(context.RequestAborted);
        var recorded = Text(record, "policyRevision");
        var explained = Explained.Of(PolicySnapshot.Compile(document), AddressOf(record), CallerOf(record), RequestOf(record));
        string[] notes =
        [
            .. recorded is null || recorded == document.Revision ? Array.Empty<string>() : [$"The record was decided by revision {recorded}; this is what revision {document.Revision} says."],
            "A record has no labels, so rules that select pods by labels are asked about a pod without labels.",
        ];
        await ConsoleAnswer.SendAsync(context, new ExplainAnswer(explained.Text, string.Join(' ', notes)), ViewJson.Default.ExplainAnswer);
    }

    private static Caller CallerOf(JsonElement record) =>
        Member(record, "caller") is { } caller && Text(caller, "namespace") is { } ns && Text(caller, "serviceAccount") is { } account
            ? new Caller.Pod(new PodIdentity(ns, Text(caller, "pod") ?? "", Text(caller, "uid") ?? "", account, Text(caller, "owner"), []))
            : Caller.Unknown.Instance;

    private static IPAddress AddressOf(JsonElement record) =>
        Member(record, "caller") is { } caller && IPAddress.TryParse(Text(caller, "ip"), out var address) ? address : IPAddress.Any;

    private static GivenRequest RequestOf(JsonElement record)
    {
        if (Member(record, "request") is not { } request || Text(request, "method") is not { } method || Text(request, "path") is not { } path)
        {
            throw new ConsoleProblem(StatusCodes.Status400BadRequest, "bad_request", "only the record of a request that was parsed can be explained");
        }

        List<string> query = [];
        Add(query, "resource", Text(request, "resource"));
        if (Member(request, "selector") is { } selector)
        {
            Add(query, Text(selector, "kind") ?? "client_id", Text(selector, "value"));
        }

        // The record has the names of unknown keys only, and the policy checks only their names.
        if (Member(request, "extraQuery") is { ValueKind: JsonValueKind.Array } extra)
        {
            query.AddRange(extra.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => $"{Uri.EscapeDataString(name.GetString()!)}=x"));
        }

        var isProbe = Member(request, "probe") is { ValueKind: JsonValueKind.True };
        return GivenRequest.Of($"{method} {path}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}", isProbe ? [KeyValuePair.Create("Metadata", "")] : []);
    }

    private static void Add(List<string> query, string name, string? value)
    {
        if (value is not null)
        {
            query.Add($"{name}={Uri.EscapeDataString(value)}");
        }
    }

    private static JsonElement? Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

/// <summary>An explanation.</summary>
/// <param name="Text">The lines of <c>policy explain</c>.</param>
/// <param name="Note">What to keep in mind.</param>
internal sealed record ExplainAnswer(string Text, string Note);
