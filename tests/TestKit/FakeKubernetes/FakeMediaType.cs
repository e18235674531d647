using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>The media type of a body. The API server ignores its parameters, such as a charset.</summary>
internal static class FakeMediaType
{
    public static bool Is(HttpContext context, string type) => context.Request.ContentType?.Split(';')[0] == type;
}
