using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Answers a LIST request, page by page.</summary>
internal sealed class FakeList(FakeCluster cluster, FakeApiOptions options)
{
    public async Task AnswerAsync(HttpContext context, FakeApiRequest request)
    {
        var version = request.Query.GetValueOrDefault("resourceVersion", "");
        var token = request.Query.GetValueOrDefault("continue", "");
        if (token.Length > 0 && version.Length > 0)
        {
            await FakeStatus.WriteAsync(context, 400, "BadRequest", "specifying resource version is not allowed when using continue");
            return;
        }

        if (version is not ("" or "0") && Number(version) > cluster.Revision)
        {
            await FakeStatus.WriteAsync(context, 504, "Timeout", $"Too large resource version: {version}, current: {cluster.Revision}", "ResourceVersionTooLarge");
            return;
        }

        var (objects, revision) = cluster.List(request.Path.Split('/')[^1], new FieldSelector(request.Query.GetValueOrDefault("fieldSelector")));
        var skip = 0;
        if (token.Length > 0)
        {
            var parts = token.Split(':');
            (revision, skip) = (Number(parts[0]), (int)Number(parts[1]));
            if (revision < cluster.Compacted)
            {
                await FakeStatus.WriteAsync(context, 410, "Expired", "The provided continue parameter is too old");
                return;
            }
        }

        await WriteAsync(context, [.. objects.Skip(skip)], revision, skip, PageSize(request, version));
    }

    private int PageSize(FakeApiRequest request, string version)
    {
        var limit = Number(request.Query.GetValueOrDefault("limit", "0"));
        return limit == 0 || (version == "0" && !options.PagesCachedLists) ? int.MaxValue : (int)Math.Min(limit, options.MostPerPage);
    }

    private static Task WriteAsync(HttpContext context, List<JsonObject> objects, long revision, int skip, int size)
    {
        var more = objects.Count > size;
        var list = new JsonObject
        {
            ["kind"] = "List",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture),
                ["continue"] = more ? $"{revision}:{skip + size}" : "",
            },
            ["items"] = objects.Count == 0 ? null : new JsonArray([.. objects.Take(size).Select(static item => item.DeepClone())]),
        };
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(list.ToJsonString());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
