using System.Text;

namespace ImdsProxy.PolicySource;

/// <summary>Keeps the active policy in step with a ConfigMap. What is missing or broken changes nothing but is told.</summary>
/// <param name="name">The ConfigMap.</param>
/// <param name="policy">The policy in force.</param>
/// <param name="store">Where good ones are kept, or null.</param>
/// <param name="refused">Is told of a ConfigMap that is refused, and why.</param>
internal sealed class ConfigMapPolicy(
    ConfigMapName name, ActivePolicy policy, LastGoodStore? store, Func<ConfigMapContent, string, CancellationToken, Task> refused)
{
    private string Source => $"configmap {name}";

    /// <summary>Puts what was last in force before this process into force again, until the ConfigMap is heard of.</summary>
    public async Task RestoreAsync()
    {
        if (store?.Load() is { } kept && kept.Source == Source && kept.Texts.Values.SingleOrDefault() is { } text)
        {
            await policy.OfferAsync(Encoding.UTF8.GetBytes(text), $"{Source}, as kept on disk (resourceVersion {kept.Version})");
        }
    }

    /// <summary>Takes the ConfigMap as it is now; null where there is none.</summary>
    public async Task TakeAsync(ConfigMapContent? content, CancellationToken cancellation)
    {
        if (content is null)
        {
            await policy.MissingAsync(Source, $"the ConfigMap {name.Namespace}/{name.Name} does not exist; create it: until then the last good policy stays in force, if there was one");
            return;
        }

        var keys = name.Key is { } key ? [key] : content.Texts.Keys.Where(static key => key.EndsWith(".json", StringComparison.Ordinal)).ToList();
        if (keys.Count != 1 || !content.Texts.TryGetValue(keys[0], out var text))
        {
            await MissingKeyAsync(content, keys, cancellation);
            return;
        }

        await OfferAsync(content, keys[0], text, cancellation);
    }

    private async Task OfferAsync(ConfigMapContent content, string key, string text, CancellationToken cancellation)
    {
        await policy.OfferAsync(Encoding.UTF8.GetBytes(text), Describe(content));
        if (policy.Status.Refused is { } load)
        {
            await refused(content, string.Join("\n", load.Problems.Select(problem => $"{key}:{problem.Line}: {problem.Message}")), cancellation);
        }
        else if (store is not null)
        {
            var texts = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = text };
            await store.SaveAsync(new LastGoodPolicy(Source, content.Uid, content.Version, content.ReceivedAt, texts), cancellation);
        }
    }

    private async Task MissingKeyAsync(ConfigMapContent content, List<string> keys, CancellationToken cancellation)
    {
        var why = name.Key is { } key
            ? $"the ConfigMap {name.Namespace}/{name.Name} has no key {key}; put the policy there"
            : $"the ConfigMap {name.Namespace}/{name.Name} has {keys.Count} keys that end in .json; name one of them: --policy-configmap {name}/KEY";
        await policy.MissingAsync(Source, why);
        await refused(content, why, cancellation);
    }

    private string Describe(ConfigMapContent content) =>
        $"{Source}, resourceVersion {content.Version}{(content.Editors.IsDefaultOrEmpty ? "" : $", written by {string.Join(", ", content.Editors)}")}";
}
