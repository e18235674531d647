using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Reduce;

namespace ImdsProxy.Commands.Audit;

/// <summary>The last line of a JSON answer from several parts, such as nodes: how many answered, and which did not. It has no <c>ts</c>, so it can't be taken for a record.</summary>
internal static class TrailerLine
{
    public static string Of(int asked, long skipped, ImmutableArray<UnreadSource> unanswered) => new JsonObject
    {
        ["trailer"] = new JsonObject
        {
            ["asked"] = asked,
            ["answered"] = asked - unanswered.Length,
            ["skipped"] = skipped,
            ["unanswered"] = new JsonArray([.. unanswered.Select(static missing => new JsonObject { ["name"] = missing.Path, ["reason"] = missing.Message })]),
        },
    }.ToJsonString();
}
