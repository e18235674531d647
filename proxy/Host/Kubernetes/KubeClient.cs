using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>
/// The API requests that the proxy makes: list, watch, create an Event, apply a ConfigMap, annotate a pod, read and
/// patch its own node, and review its own permissions. Every failure is a <see cref="KubeException"/>.
/// </summary>
internal sealed class KubeClient(HttpClient http, KubeToken token, TimeProvider time)
{
    // client-go's page size.
    private const int PageSize = 500;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");
    private static readonly MediaTypeHeaderValue JsonPatch = new("application/json-patch+json");

    // https://kubernetes.io/docs/reference/using-api/server-side-apply/. JSON is valid YAML.
    private static readonly MediaTypeHeaderValue Apply = new("application/apply-patch+yaml");

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Lists all pages of a resource.</summary>
    public async Task<KubeList<T>> ListAsync<T>(KubeResource<T> resource, ListQuery query, CancellationToken cancellation)
        where T : KubeObject
    {
        var page = await ListPageAsync(resource, Join(query.Parameters, query.Paged ? $"limit={PageSize}" : ""), cancellation);
        var items = page.Items ?? [];
        while (page.Metadata.Continue is { Length: > 0 } next)
        {
            // The continue token includes the resourceVersion, and the API rejects requests that carry both.
            page = await ListPageAsync(resource, $"limit={PageSize}&continue={Uri.EscapeDataString(next)}", cancellation);
            items.AddRange(page.Items ?? []);
        }

        return new KubeList<T> { Metadata = page.Metadata, Items = items };
    }

    /// <summary>Opens a watch. The returned <see cref="KubeWatch{T}"/> reads its events.</summary>
    /// <param name="resource">The resource to watch.</param>
    /// <param name="resourceVersion">The version after which changes are sent.</param>
    /// <param name="lifetime">How long the server keeps the watch open.</param>
    /// <param name="cancellation">Ends the watch early.</param>
    public async Task<KubeWatch<T>> WatchAsync<T>(KubeResource<T> resource, string resourceVersion, TimeSpan lifetime, CancellationToken cancellation)
        where T : KubeObject
    {
        var query = $"watch=true&allowWatchBookmarks=true&timeoutSeconds={(int)lifetime.TotalSeconds}&resourceVersion={Uri.EscapeDataString(resourceVersion)}";
        var verb = Verb("watch", resource);
        var answer = await SendAsync(HttpMethod.Get, Target(resource, query), content: null, verb, cancellation);
        return new KubeWatch<T>(resource, verb, answer, await answer.Content.ReadAsStreamAsync(cancellation));
    }

    /// <summary>Creates an Event in the namespace of the object it is about.</summary>
    public async Task CreateAsync(EventObject happening, CancellationToken cancellation)
    {
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(happening.Metadata.Namespace)}/events";
        var verb = KubeAccess.Use("create", "events", $"namespace {happening.Metadata.Namespace}");
        await WriteAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(happening, KubeJson.Default.EventObject), Json, verb, cancellation);
    }

    /// <summary>Reads the current state of a node.</summary>
    public Task<NodeObject> GetNodeAsync(string name, CancellationToken cancellation)
    {
        var verb = KubeAccess.Use("get", "nodes", $"node {name}");
        return InTimeAsync(verb, async deadline =>
        {
            using var answer = await SendAsync(HttpMethod.Get, NodePath(name), content: null, verb, deadline);
            await using var body = await answer.Content.ReadAsStreamAsync(deadline);
            return await JsonSerializer.DeserializeAsync(body, KubeJson.Default.NodeObject, deadline) ?? new NodeObject();
        }, cancellation);
    }

    /// <summary>
    /// Applies a JSON patch (RFC 6902) to a node. If a test operation in the patch fails, the server answers 422 and changes
    /// nothing.
    /// </summary>
    public Task PatchNodeAsync(string name, JsonArray patch, CancellationToken cancellation) =>
        WriteAsync(HttpMethod.Patch, NodePath(name), Encoding.UTF8.GetBytes(patch.ToJsonString()), JsonPatch, KubeAccess.Use("patch", "nodes", $"node {name}"), cancellation);

    /// <summary>Sets one annotation of a pod and leaves the rest of the pod unchanged.</summary>
    public Task AnnotatePodAsync(string ns, string name, string annotation, string value, CancellationToken cancellation)
    {
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods/{Uri.EscapeDataString(name)}";
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } } };
        return WriteAsync(
            HttpMethod.Patch, path, Encoding.UTF8.GetBytes(patch.ToJsonString()), MergePatch, KubeAccess.Use("patch", "pods", $"namespace {ns}, name {name}"), cancellation);
    }

    /// <summary>Lists the permissions of this client's own account in a namespace, those of ClusterRoles included.</summary>
    public Task<RulesReviewStatus> ReviewRulesAsync(string ns, CancellationToken cancellation)
    {
        var verb = KubeAccess.Use("create", "selfsubjectrulesreviews", $"namespace {ns}");
        var body = JsonSerializer.SerializeToUtf8Bytes(new RulesReview { Spec = new RulesReviewSpec(ns) }, KubeJson.Default.RulesReview);
        return InTimeAsync(verb, async deadline =>
        {
            using var answer = await SendAsync(
                HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", () => new ByteArrayContent(body) { Headers = { ContentType = Json } }, verb, deadline);
            await using var review = await answer.Content.ReadAsStreamAsync(deadline);
            return (await JsonSerializer.DeserializeAsync(review, KubeJson.Default.RulesReview, deadline))?.Status ?? new RulesReviewStatus();
        }, cancellation);
    }

    private static string NodePath(string name) => $"/api/v1/nodes/{Uri.EscapeDataString(name)}";

    private async Task WriteAsync(HttpMethod method, string path, byte[] body, MediaTypeHeaderValue type, KubeVerb verb, CancellationToken cancellation) =>
        await InTimeAsync(verb, async deadline =>
        {
            // Sending consumes the content, so each attempt creates new content.
            using var answer = await SendAsync(method, path, () => new ByteArrayContent(body) { Headers = { ContentType = type } }, verb, deadline);
            return answer.StatusCode;
        }, cancellation);

    /// <summary>
    /// Creates a ConfigMap or updates the existing one, whichever manager wrote it. For creation the API server checks
    /// the <c>create</c> right with this name (handlers/patch.go), so a role can be limited to this one ConfigMap.
    /// </summary>
    public async Task ApplyAsync(AppliedConfigMap map, CancellationToken cancellation)
    {
        var (ns, name) = (map.Metadata.Namespace, map.Metadata.Name);
        var path = $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/configmaps/{Uri.EscapeDataString(name)}?fieldManager=imds-proxy&force=true";
        var verb = KubeAccess.Use("patch", "configmaps", $"namespace {ns}, name {name}");
        await InTimeAsync(verb, async deadline =>
        {
            using var answer = await SendAsync(
                HttpMethod.Patch, path, () => new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(map, KubeJson.Default.AppliedConfigMap)) { Headers = { ContentType = Apply } }, verb, deadline);
            return answer.StatusCode;
        }, cancellation);
    }

    private Task<KubeList<T>> ListPageAsync<T>(KubeResource<T> resource, string query, CancellationToken cancellation)
        where T : KubeObject
    {
        var verb = Verb("list", resource);
        return InTimeAsync(verb, async deadline =>
        {
            using var answer = await SendAsync(HttpMethod.Get, Target(resource, query), content: null, verb, deadline);
            await using var body = await answer.Content.ReadAsStreamAsync(deadline);
            return await JsonSerializer.DeserializeAsync(body, resource.List, deadline) ?? new KubeList<T>();
        }, cancellation);
    }

    private static async Task<TAnswer> InTimeAsync<TAnswer>(KubeVerb verb, Func<CancellationToken, Task<TAnswer>> ask, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(RequestTimeout);
        try
        {
            return await ask(deadline.Token);
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            throw new KubeException($"the API server's response to {verb.Verb} {verb.Resource} was cut short or invalid: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new KubeException($"the API server took longer than {RequestTimeout.TotalSeconds:0} s to {verb.Verb} {verb.Resource}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string target, Func<HttpContent>? content, KubeVerb verb, CancellationToken cancellation)
    {
        var answer = await SendOnceAsync(method, target, content, cancellation);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            // The token may have been rotated since it was read.
            answer.Dispose();
            token.Forget();
            answer = await SendOnceAsync(method, target, content, cancellation);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await KubeFailures.ReadAsync(answer, verb, time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string target, Func<HttpContent>? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, target) { Content = content?.Invoke() };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("imds-proxy", null));
        if (token.Read() is { } bearer)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw KubeFailures.Unreachable(http.BaseAddress!, e);
        }
    }

    private static KubeVerb Verb<T>(string verb, KubeResource<T> resource)
        where T : KubeObject =>
        KubeAccess.Use(verb, resource.Plural, resource.FieldSelector is null ? resource.Path : $"{resource.Path} with fieldSelector {resource.FieldSelector}");

    private static string Target<T>(KubeResource<T> resource, string query)
        where T : KubeObject
    {
        var selector = resource.FieldSelector is null ? "" : $"fieldSelector={Uri.EscapeDataString(resource.FieldSelector)}";
        return $"{resource.Path}?{Join(selector, query)}";
    }

    private static string Join(string left, string right) =>
        left.Length == 0 ? right : right.Length == 0 ? left : $"{left}&{right}";
}
