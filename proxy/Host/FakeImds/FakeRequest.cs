using Microsoft.AspNetCore.Http.Features;

namespace ImdsProxy.FakeImds;

/// <summary>A request as the fake parses it.</summary>
/// <param name="Method">The method as sent.</param>
/// <param name="RawTarget">The target as sent.</param>
/// <param name="Path">The path as parsed by <see cref="LenientTarget"/>.</param>
/// <param name="Query">The query as parsed by <see cref="LenientTarget"/>.</param>
/// <param name="Headers">The headers as received.</param>
/// <param name="Body">The body of a POST; empty for other methods.</param>
internal sealed record FakeRequest(
    string Method, string RawTarget, string Path, FakeQuery Query, IHeaderDictionary Headers, string Body)
{
    public static async ValueTask<FakeRequest> ReadAsync(HttpContext http)
    {
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = LenientTarget.Parse(raw);
        var body = HttpMethods.IsPost(http.Request.Method) ? await ReadBodyAsync(http) : "";
        return new(http.Request.Method, raw, target.Path, new(target.Query), http.Request.Headers, body);
    }

    private static async Task<string> ReadBodyAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }
}
