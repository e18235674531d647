using ImdsProxy.Core.Audit.Sql;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Matches a resource in any of its spellings. <c>*</c> stands for any characters.</summary>
internal sealed class ResourceMatch(string resource) : ValueMatch
{
    private readonly TextMatch _text = new(ResourceName.Broad(resource), ignoreCase: true);

    public override bool Matches(ReadOnlySpan<byte> value) => _text.Matches(value.TrimEnd((byte)'/'));

    public override string Sql(AuditField field) => _text.SqlOf($"trim(TRAILING '/' FROM {SqlColumns.Name(field)})");
}
