using System.Text;

namespace ImdsProxy.PolicySource;

/// <summary>Keeps the active policy in step with a ConfigMap. A missing or invalid ConfigMap is reported and changes nothing.</summary>
/// <param name="name">The ConfigMap.</param>
/// <param name="policy">The policy in force.</param>
/// <param name="store">The store for valid policies, or null.</param>
/// <param name="leaving">Whether the release is being uninstalled, so that its ConfigMap may be deleted.</param>
/// <param name="refused">Called with a refused ConfigMap and the reason.</param>
internal sealed class ConfigMapPolicy(
    ConfigMapName name, ActivePolicy policy, LastGoodStore? store, Func<bool> leaving, Func<ConfigMapContent, string, CancellationToken, Task> refused)
{
    private readonly FragmentedPolicy _fragments = new(policy);

    private string Source => $"configmap {name}";

    /// <summary>Restores the last policy that was in force before this process started, until the API server sends the ConfigMap.</summary>
    public async Task RestoreAsync()
    {
        if (store?.Load() is { } kept && kept.Source == Source)
        {
            await _fragments.OfferAsync(Texts(kept.Texts), $"{Source}, as kept on disk (resourceVersion {kept.Version})");
        }
    }

    /// <summary>Takes the current ConfigMap; null if it does not exist.</summary>
    public async Task TakeAsync(ConfigMapContent? content, CancellationToken cancellation)
    {
        if (content is null && leaving())
        {
            await policy.GoneAsync(Source);
            return;
        }

        if (content is null)
        {
            await policy.MissingAsync(Source, $"the ConfigMap {name.Namespace}/{name.Name} does not exist; create it. Until then, the last good policy stays in force, if there is one");
            return;
        }

        var texts = Texts(content.Texts.Where(IsMeant));
        if (texts.ByName.Count == 0)
        {
            await MissingKeyAsync(content, cancellation);
            return;
        }

        var good = await _fragments.OfferAsync(texts, Describe(content));
        if (policy.Status.Refused is { } load)
        {
            await refused(content, string.Join("\n", load.Problems.Select(static problem => $"line {problem.Line}: {problem.Message}")), cancellation);
        }

        if (good is not null && store is not null)
        {
            await store.SaveAsync(new LastGoodPolicy(Source, content.Uid, content.Version, content.ReceivedAt, Strings(good)), cancellation);
        }
    }

    private bool IsMeant(KeyValuePair<string, string> text) =>
        name.Key is { } key ? text.Key == key : PolicyTexts.IsFragment(text.Key);

    private static PolicyTexts Texts(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts.ToDictionary(static text => text.Key, static text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text.Value), StringComparer.Ordinal));

    private static Dictionary<string, string> Strings(PolicyTexts texts) =>
        texts.ByName.ToDictionary(static text => text.Key, static text => Encoding.UTF8.GetString(text.Value.Span), StringComparer.Ordinal);

    private async Task MissingKeyAsync(ConfigMapContent content, CancellationToken cancellation)
    {
        var why = $"the ConfigMap {name.Namespace}/{name.Name} has no {(name.Key is { } key ? $"key {key}" : "key that ends in .json")}; put the policy there";
        await policy.MissingAsync(Source, why);
        await refused(content, why, cancellation);
    }

    private string Describe(ConfigMapContent content) =>
        $"{Source}, resourceVersion {content.Version}{(content.Editors.IsDefaultOrEmpty ? "" : $", written by {string.Join(", ", content.Editors)}")}";
}
