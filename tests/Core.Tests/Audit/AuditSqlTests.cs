using System.Globalization;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Audit.Sql;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Audit;

/// <summary>The statements themselves. Stores.Tests compare their answers with those of a search in files.</summary>
public sealed class AuditSqlTests
{
    private const string Record = "kind != '' AND ts > toDateTime64(0, 7, 'UTC') AND ";

    // filter, value, whether it is negated, condition
    public static TheoryData<string, string, bool, string> Conditions => new()
    {
        { "pod", "web-0", false, "(pod = 'web-0')" },
        { "pod", "web-0", true, "NOT ifNull(pod = 'web-0', 0)" },
        { "pod", "web-*", false, "(pod LIKE 'web-\\x25')" },
        { "pod", "50%_\\*", false, @"(pod LIKE '50\x5C\x25\x5C_\x5C\x5C\x25')" },
        { "pod", "*", false, "(pod IS NOT NULL)" },
        { "namespace", "*", false, "(namespace != '')" },
        { "pod", "'; DROP TABLE imds_audit; --", false, @"(pod = '\x27\x3B DROP TABLE imds_audit\x3B --')" },
        { "user-agent", "é\n", false, @"(user_agent = '\xC3\xA9\x0A')" },
        { "path", "/a", false, "(path = '/a' OR raw_target = '/a')" },
        { "resource", "https://X/", false, "(lower(trim(TRAILING '/' FROM issued_resource)) = 'https://x' OR lower(trim(TRAILING '/' FROM requested_resource)) = 'https://x')" },
        { "status", "4xx", false, "((status >= 400 AND status > 0 AND status <= 499))" },
        { "min-ms", "0.5", false, "((ms >= 0.5))" },
        { "good-at", "2026-11-21T04:30:00Z", false, "(toUnixTimestamp(expires) > 1795235400)" },
        { "ip", "10.244.0.0/23", false, "((toIPv4OrNull(substringIndex(ip, '%', 1)) >= toIPv4('10.244.0.0') AND toIPv4OrNull(substringIndex(ip, '%', 1)) <= toIPv4('10.244.1.255')))" },
        { AuditTerm.Text, "a'b", false, @"position(line, 'a\x27b') > 0" },
        { AuditTerm.Issued, "", true, "NOT issued" },
    };

    [Theory, MemberData(nameof(Conditions))]
    public void Sql_OfATerm_IsItsCondition(string name, string value, bool negated, string condition) =>
        new AuditQuestion([new AuditTerm(name, value, negated)]).Compile().Sql().ShouldBe(Record + condition);

    [Fact]
    public void Sql_OfATimeRange_IncludesItsBeginOnly() =>
        new AuditQuestion([], Moment("2026-11-21T04:30:00.1234567Z"), Moment("2026-11-22T00:00:00Z")).Compile().Sql().ShouldBe(
            Record + "ts >= toDateTime64('2026-11-21 04:30:00.1234567', 7, 'UTC') AND ts < toDateTime64('2026-11-22 00:00:00.0000000', 7, 'UTC')");

    [Fact]
    public void Sql_OfAResourceBeyondAscii_IsRefused() =>
        Should.Throw<FormatException>(() => new AuditQuestion([new AuditTerm("resource", "é", Negated: false)]).Compile().Sql());

    // Whatever a literal contains, it is one literal of printable ASCII.
    [Fact]
    public void Quote_OfEachCharacter_EndsOnlyAtItsEnd()
    {
        for (var c = 0; c <= char.MaxValue; c += c < 512 ? 1 : 97)
        {
            var literal = SqlText.Quote(((char)c).ToString(CultureInfo.InvariantCulture));
            literal[0].ShouldBe('\'');
            literal[^1].ShouldBe('\'');
            literal[1..^1].ShouldAllBe(static inner => inner >= ' ' && inner <= '~' && inner != '\'');
            (literal[1..^1].Replace("\\x", "", StringComparison.Ordinal).Contains('\\', StringComparison.Ordinal)).ShouldBeFalse(literal);
        }
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
