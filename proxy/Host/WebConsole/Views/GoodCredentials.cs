using ImdsProxy.Core.Audit;

namespace ImdsProxy.WebConsole.Views;

/// <summary>Groups the records of credentials that are still good. For use by one thread.</summary>
internal sealed class GoodCredentials
{
    // More groups would not fit a page, and pods must not choose how much memory an operator's console takes.
    private const int MostGroups = 5000;

    private const int MostPods = 1000;

    private readonly AuditLine _fields = new();
    private readonly Dictionary<(string Namespace, string Account, string ClientId, string? Resource), Group> _groups = [];

    /// <summary>The number of credentials in groups that are not kept.</summary>
    public int More { get; private set; }

    public void Add(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        var key = (
            Text(line, AuditField.Namespace) ?? "",
            Text(line, AuditField.ServiceAccount) ?? "",
            Text(line, AuditField.ClientId) ?? "",
            Text(line, AuditField.IssuedResource));
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count == MostGroups)
            {
                More++;
                return;
            }

            _groups[key] = group = new Group();
        }

        group.Alias = Text(line, AuditField.Identity) ?? group.Alias;
        group.Add(Text(line, AuditField.TokenId), Text(line, AuditField.Pod) ?? "", DateTimeOffset.TryParse(Text(line, AuditField.ExpiresOn), out var expires) ? expires : default);
    }

    /// <summary>The groups, those with the most credentials first.</summary>
    public IReadOnlyList<ExposureJson.Credentials> All() =>
    [
        .. _groups
            .Select(static group => new ExposureJson.Credentials(
                group.Key.Namespace, group.Key.Account, new ConsoleIdentity(group.Key.ClientId, group.Value.Alias), group.Key.Resource, group.Value.Count, group.Value.Pods, group.Value.Expires.UtcDateTime))
            .OrderByDescending(static group => group.Count)
            .ThenBy(static group => group.Namespace, StringComparer.Ordinal)
            .ThenBy(static group => group.ServiceAccount, StringComparer.Ordinal)
            .ThenBy(static group => group.Identity.ClientId, StringComparer.Ordinal)
            .ThenBy(static group => group.Resource, StringComparer.Ordinal),
    ];

    private string? Text(ReadOnlySpan<byte> line, AuditField field) => _fields.GetText(line, field);

    private sealed class Group
    {
        private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
        private readonly HashSet<string> _pods = new(StringComparer.Ordinal);
        private long _others;

        // A cached token is issued to several pods and in several records, but it is one credential.
        public long Count => _tokens.Count + _others;

        public int Pods => _pods.Count;

        // The policy may have named the identity later than the first record.
        public string? Alias { get; set; }

        public DateTimeOffset Expires { get; private set; }

        public void Add(string? token, string pod, DateTimeOffset expires)
        {
            if (token is null || (_tokens.Count >= MostPods && !_tokens.Contains(token)))
            {
                _others++;
            }
            else
            {
                _tokens.Add(token);
            }

            if (_pods.Count < MostPods)
            {
                _pods.Add(pod);
            }

            Expires = expires > Expires ? expires : Expires;
        }
    }
}
