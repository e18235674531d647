using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Audit;

public sealed class AuditRecordWriterTests
{
    private const string Prev = "9c1e000000000000000000000000000000000000000000000000000000000000";

    private static readonly DateTimeOffset Moment = new DateTimeOffset(2026, 11, 21, 4, 30, 0, TimeSpan.Zero).AddTicks(1_234_567);

    private static readonly PodIdentity FluentBit = new("logging", "fluent-bit-qg7vq", "0f3d", "fluent-bit", "DaemonSet/fluent-bit", []);

    [Fact]
    public void Write_IssuedToken_MatchesTheContractsLine()
    {
        Line(TokenRecord()).ShouldBe(
            """
            {"ts":"2026-11-21T04:30:00.1234567Z","kind":"request","id":"0HN1","cluster":"prod-weu","node":"aks-1","instance":"b7f1","seq":4711,"prev":"9c1e000000000000000000000000000000000000000000000000000000000000","verdict":"allowed","reason":"rule","rule":"fluent-bit-to-adx","mode":"enforce","policyRevision":"3f2a","caller":{"ip":"10.244.0.11","port":40132,"interface":"azv7a1","namespace":"logging","pod":"fluent-bit-qg7vq","uid":"0f3d","serviceAccount":"fluent-bit","owner":"DaemonSet/fluent-bit"},"request":{"method":"GET","path":"/metadata/identity/oauth2/token","apiVersion":"2018-02-01","resource":"https://api.kusto.windows.net","selector":{"kind":"client_id","value":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"},"userAgent":"azsdk-net-Identity/1.21"},"response":{"status":200,"bytes":1848},"issued":{"identity":"adx-ingest","clientId":"2bc9","resource":"https://api.kusto.windows.net","expiresOn":"2026-11-22T04:30:00Z","tokenId":"uti1"},"upstream":{"status":200,"ms":4.21,"cached":false},"ms":4.33}

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("unknown")]
    [InlineData("ambiguous")]
    public void Write_CallerThatIsNotAPod_HasItsKindAndAddress(string kind)
    {
        Caller caller = kind switch { "node" => Caller.Node.Instance, "unknown" => Caller.Unknown.Instance, _ => Caller.Ambiguous.Instance };

        var line = Parse(Line(Malformed("/x", caller: caller, ip: IPAddress.Parse("::ffff:10.1.2.3"))));

        line.GetProperty("caller").GetRawText().ShouldBe($$"""{"ip":"10.1.2.3","port":7,"kind":"{{kind}}"}""");
    }

    // Only what was proven is called evidence.
    [Theory]
    [InlineData("pod", true, "\"interface\":\"azv7a1\",\"evidence\":\"interface\",\"namespace\"")]
    [InlineData("pod", false, "\"interface\":\"azv7a1\",\"namespace\"")]
    [InlineData("host pod", false, "\"evidence\":\"cgroup\",\"namespace\"")]
    [InlineData("unit", false, "\"evidence\":\"cgroup\",\"kind\":\"node\",\"unit\":\"kubelet.service\"}")]
    [InlineData("node", true, "\"interface\":\"azv7a1\",\"kind\":\"node\"}")]
    [InlineData("unknown host", true, "\"interface\":\"azv7a1\",\"kind\":\"unknown\"}")]
    public void Write_Caller_HasItsEvidence(string kind, bool isInterfaceEvidence, string expected)
    {
        Caller caller = kind switch
        {
            "pod" => new Caller.Pod(FluentBit),
            "host pod" => new Caller.Pod(FluentBit) { OnHost = true },
            "unit" => Caller.Node.Of("kubelet.service"),
            "node" => Caller.Node.Instance,
            _ => Caller.Unknown.InstanceOnHost,
        };

        Line(OfCaller(caller, isInterfaceEvidence)).ShouldContain(expected);
    }

    [Fact]
    public void Write_UnknownValues_OmitsTheirFields()
    {
        var line = Parse(Line(Malformed(target: null, status: 0)));

        line.TryGetProperty("response", out _).ShouldBeFalse();
        line.TryGetProperty("issued", out _).ShouldBeFalse();
        line.TryGetProperty("upstream", out _).ShouldBeFalse();
        line.TryGetProperty("rule", out _).ShouldBeFalse();
        line.TryGetProperty("quiet", out _).ShouldBeFalse();
        line.GetProperty("request").GetRawText().ShouldBe("""{"method":"GET","error":"no"}""");
    }

    public static TheoryData<string> HostileTexts => new()
    {
        "/a\r\n{\"kind\":\"request\",\"seq\":1}",
        "/\",\"verdict\":\"allowed",
        "/a\\",
        "/\u2028\u2029\u0085\u202e\u0000\u001b[31m\u007f",
        "/\ud800",
        "/\ud83d\ude00",
        "/é\t",
    };

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public void Write_HostileText_StaysOneLineOfPrintableAscii(string text) => ShouldHold(text);

    // These cases are in code, not in data: a test runner that names cases by their data can replace lone surrogates.
    [Fact]
    public void Write_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        ShouldHold("/\ud800x");
        ShouldHold("/\udc00");
    }

    [Theory]
    [InlineData(244)]
    [InlineData(245)]
    [InlineData(255)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(1023)]
    public void Write_SurrogatePairAtTheTruncation_StaysOneLine(int before) => ShouldHold(new string('a', before) + "\U0001F600b");

    [Fact]
    public void Write_AnyText_StaysOneLineAndRoundTrips() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), ShouldHold));

    [Fact]
    public void Write_LongTexts_AreTruncated()
    {
        var request = Parse(Line(Malformed(new string('a', 5000), userAgent: new string('b', 5000)))).GetProperty("request");

        request.GetProperty("rawTarget").GetString()!.Length.ShouldBe(1024);
        request.GetProperty("userAgent").GetString()!.Length.ShouldBe(256);
    }

    // An attacker can send characters that take six bytes each in JSON.
    [Fact]
    public void Write_ControlCharacters_AreTruncatedByTheirEscapedSize()
    {
        var request = Parse(Line(Malformed(new string('\u0001', 4000), userAgent: new string('"', 4000)))).GetProperty("request");

        request.GetProperty("rawTarget").GetRawText().ShouldBe($"\"{string.Concat(Enumerable.Repeat("\\u0001", 170))}\"");
        request.GetProperty("userAgent").GetRawText().ShouldBe($"\"{string.Concat(Enumerable.Repeat("\\\"", 128))}\"");
    }

    // Longer than the parser allows: the record writer enforces its bound without relying on the parser.
    [Theory]
    [InlineData("path")]
    [InlineData("apiVersion")]
    [InlineData("resource")]
    [InlineData("selector")]
    [InlineData("extraQuery")]
    public void Write_LongPartOfARequest_IsTruncatedAndMarked(string part)
    {
        string Long(string name, string usual) => name == part ? new string('\u0001', 3000) : usual;

        var request = Parse(Line(Of(new ImdsRequest(
            "GET",
            ImdsEndpoints.Unknown,
            Long("path", "/metadata/x"),
            "/metadata/x",
            [new QueryParameter("api-version", Long("apiVersion", "2018-02-01"))],
            [new QueryParameter(Long("extraQuery", "foo"), "")],
            Long("resource", "https://vault.azure.net"),
            new IdentitySelector(SelectorKind.MsiResourceId, Long("selector", "/subscriptions/a"))))));

        request.GetProperty("cut").GetBoolean().ShouldBeTrue();
        request.GetProperty("request").GetProperty(part).GetRawText().Length.ShouldBeInRange(60, 1100);
        request.GetRawText().Length.ShouldBeLessThan(8192);
    }

    [Fact]
    public void Write_RequestOfUsualLength_IsNotMarked() => Parse(Line(TokenRecord())).TryGetProperty("cut", out _).ShouldBeFalse();

    [Fact]
    public void Write_ExtraQuery_HasOnlyTheParameterNames()
    {
        var request = ImdsRequestParser.ParseTarget("GET", "/metadata/instance?api-version=2021-02-01&foo=secret&bar=").Request!;

        Parse(Line(Of(request))).GetProperty("request").GetProperty("extraQuery").GetRawText().ShouldBe("""["foo","bar"]""");
    }

    [Fact]
    public void Write_ManyEventIds_FillTheRecordAndAreMarked()
    {
        var request = ImdsRequestParser.ParseTarget("POST", "/metadata/scheduledevents?api-version=2020-07-01").Request!;

        var line = Line(Of(request, eventIds: [.. Enumerable.Range(0, 1000).Select(n => $"{n:d36}")]));

        Encoding.ASCII.GetByteCount(line).ShouldBeLessThanOrEqualTo(8192);
        Parse(line).GetProperty("cut").GetBoolean().ShouldBeTrue();
        Parse(line).GetProperty("request").GetProperty("eventIds").GetArrayLength().ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Write_Summary_HasItsCountButNoRequest() =>
        Line(SummaryRecord(isOfOthers: false)).ShouldBe(
            """
            {"ts":"2026-11-21T04:30:00.1234567Z","kind":"request","id":"0HN1","cluster":"prod-weu","node":"aks-1","instance":"b7f1","seq":4711,"prev":"9c1e000000000000000000000000000000000000000000000000000000000000","verdict":"denied","reason":"rate-limited","mode":"enforce","policyRevision":"3f2a","caller":{"ip":"10.244.0.11","namespace":"logging","pod":"fluent-bit-qg7vq","uid":"0f3d","serviceAccount":"fluent-bit","owner":"DaemonSet/fluent-bit"},"summary":{"count":3500}}

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Write_SummaryOfOthers_NamesNoCaller() =>
        Parse(Line(SummaryRecord(isOfOthers: true))).GetProperty("caller").GetRawText().ShouldBe("""{"kind":"other"}""");

    // All texts at once, far longer than real ones: no combination may exceed the contract's bound.
    [Fact]
    public void Write_AnyHostileTexts_StayOneValidLineOf8KiB()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(Texts(27), texts =>
        {
            Output.ResetWrittenCount();
            var line = Line(Hostile(texts));
            line.Length.ShouldBeLessThanOrEqualTo(8192);
            line.IndexOf('\n', StringComparison.Ordinal).ShouldBe(line.Length - 1);
            line[..^1].ShouldAllBe(c => c >= ' ' && c <= '~');

            // A truncated escape would not parse, and half of a surrogate pair would not be a string.
            Strings(Parse(line)).ToList().ShouldNotBeEmpty();
        }));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Write_Probe_IsMarked(bool isProbe, bool isMalformed)
    {
        var line = Line(new AuditRecord
        {
            Timestamp = Moment,
            Id = "0HN1",
            Verdict = Verdict.Denied,
            Reason = Reason.NoRule,
            Mode = PolicyMode.Enforce,
            Caller = new Caller.Pod(FluentBit),
            Request = isMalformed ? null : TokenRequest(),
            Probe = isProbe,
            Status = 403,
            Milliseconds = 1,
        });

        Parse(line).GetProperty("request").TryGetProperty("probe", out var probe).ShouldBe(isProbe);
        (!isProbe || probe.GetBoolean()).ShouldBeTrue();
    }

    public static TheoryData<string?, TokenClaims?, string> ReturnedCredentials => new()
    {
        { "https://vault.azure.net", null, """{"clientId":"2bc9","resource":"https://vault.azure.net"}""" },
        { "https://vault.azure.net", Claims("https://vault.azure.net/"), """{"clientId":"2bc9","resource":"https://vault.azure.net"}""" },
        { "https://vault.azure.net", Claims("https://storage.azure.com"), """{"clientId":"2bc9","resource":"https://vault.azure.net","audience":"https://storage.azure.com"}""" },
        {
            "https://vault.azure.net",
            Claims("CFA8B339-82A2-471A-A3C9-0FC0BE7A4093"),
            """{"clientId":"2bc9","resource":"https://vault.azure.net","audience":"cfa8b339-82a2-471a-a3c9-0fc0be7a4093"}"""
        },
        { null, null, """{"clientId":"2bc9"}""" },
    };

    [Theory]
    [MemberData(nameof(ReturnedCredentials))]
    public void Write_WithheldCredential_HasItsIdentityResourceAndAudience(string? resource, TokenClaims? claims, string expected)
    {
        var record = new AuditRecord
        {
            Timestamp = Moment,
            Id = "0HN1",
            Verdict = Verdict.Denied,
            Reason = Reason.IdentityMismatch,
            Mode = PolicyMode.Enforce,
            Caller = new Caller.Pod(FluentBit),
            Request = TokenRequest(),
            Status = 403,
            Returned = new CredentialAnswer("2bc9", resource) { Claims = claims },
            Milliseconds = 1,
        };

        Parse(Line(record)).GetProperty("returned").GetRawText().ShouldBe(expected);
    }

    [Fact]
    public void Write_PodSeen_HasItsNamesAndAllLabelsInOrder() => Line(Seen("uid1", "DaemonSet/fluent-bit", [new("tier", ""), new("app.kubernetes.io/name", "fluent-bit")])).ShouldBe(
        $$$"""{"ts":"2026-11-21T04:30:00.1234567Z","kind":"event","event":"pod-seen","cluster":"prod-weu","node":"aks-1","instance":"b7f1","seq":4711,"prev":"{{{Prev}}}","namespace":"logging","pod":"fluent-bit-qg7vq","uid":"uid1","serviceAccount":"fluent-bit","owner":"DaemonSet/fluent-bit","labels":{"app.kubernetes.io/name":"fluent-bit","tier":""}}""" + "\n");

    [Fact]
    public void Write_PodSeenWithoutOwnerAndLabels_SaysSo()
    {
        var line = Parse(Line(Seen("uid1", null, [], skipped: 2)));

        line.TryGetProperty("owner", out _).ShouldBeFalse();
        line.GetProperty("labels").GetRawText().ShouldBe("{}");
        line.GetProperty("skipped").GetInt32().ShouldBe(2);
        line.TryGetProperty("cut", out _).ShouldBeFalse();
    }

    public static TheoryData<string, string, string, bool> Labels => new()
    {
        { "longest of Kubernetes", new string('p', 253) + "/" + new string('n', 63), new string('v', 63), true },
        { "key too long", new string('k', 321), "v", false },
        { "key too long after escaping", new string('\u0001', 60), "v", false },
        { "value too long", "k", new string('v', 65), false },
        { "value too long after escaping", "k", new string('"', 40), false },
        { "lone surrogate", "k", "\ud800", true },
        { "end of the object", "k", "\"},\"verdict\":\"", true },
        { "line feed", "k\n", "v\r\n", true },
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public void Write_PodSeen_HasALabelWholeOrNotAtAll(string what, string key, string value, bool isWritten)
    {
        var line = Parse(Line(Seen("uid1", null, [new(key, value), new("app", "web")])));

        line.GetProperty("labels").EnumerateObject().Count().ShouldBe(isWritten ? 2 : 1, what);
        line.GetProperty("labels").GetProperty("app").GetString().ShouldBe("web");
        line.TryGetProperty("cut", out _).ShouldBe(!isWritten, what);
    }

    [Fact]
    public void Write_PodSeenWithManyLabels_LeavesOutWhatDoesNotFit()
    {
        var line = Line(Seen("uid1", null, Enumerable.Range(0, 10_000).Select(n => KeyValuePair.Create($"label-{n:d5}", $"{n}"))));

        line.Length.ShouldBeInRange(5 << 10, 8192);
        Parse(line).GetProperty("labels").EnumerateObject().Count().ShouldBeGreaterThan(200);
        Parse(line).GetProperty("cut").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Write_AnyHostilePod_StaysOneValidLineOf8KiB() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Texts(30), texts =>
        {
            Output.ResetWrittenCount();
            var labels = texts.Skip(6).Distinct(StringComparer.Ordinal).Select(static (text, n) => KeyValuePair.Create(text, text + n));
            var line = Line(writer => writer.Write(Output, new PodSeen(Moment, new PodIdentity(texts[0], texts[1], texts[2], texts[3], texts[4], labels), int.MaxValue)));
            line.Length.ShouldBeLessThanOrEqualTo(8192);
            line.IndexOf('\n', StringComparison.Ordinal).ShouldBe(line.Length - 1);
            line[..^1].ShouldAllBe(c => c >= ' ' && c <= '~');
            Parse(line).GetProperty("labels").ValueKind.ShouldBe(JsonValueKind.Object);
        }));

    [Fact]
    public void Write_Event_OmitsFieldsWithNamesOfARecord()
    {
        var fields = new JsonObject { ["revision"] = "3f2a", ["seq"] = 1, ["kind"] = "request", ["nothing"] = null, ["text"] = "a\nb\u2028" };

        var line = Line(writer => writer.Write(Output, new AuditEvent(Moment, "policy-loaded", fields)));

        line.ShouldBe($$"""{"ts":"2026-11-21T04:30:00.1234567Z","kind":"event","event":"policy-loaded","cluster":"prod-weu","node":"aks-1","instance":"b7f1","seq":4711,"prev":"{{Prev}}","revision":"3f2a","text":"a\nb\u2028"}""" + "\n");
    }

    [Fact]
    public void Place_OutsideTheChain_HasOnlyItsNumber()
    {
        ChainPlace.Write(Output, long.MaxValue, default);

        Encoding.UTF8.GetString(Output.WrittenSpan).ShouldBe(",\"seq\":9223372036854775807");
    }

    private ArrayBufferWriter<byte> Output { get; } = new();

    private void ShouldHold(string text)
    {
        Output.ResetWrittenCount();
        var line = Line(Malformed(text, userAgent: text));

        line.IndexOf('\n', StringComparison.Ordinal).ShouldBe(line.Length - 1);
        line[..^1].ShouldAllBe(c => c >= ' ' && c <= '~');
        var request = Parse(line).GetProperty("request");
        ShouldBeCut(request.GetProperty("rawTarget"), text, 1024);
        ShouldBeCut(request.GetProperty("userAgent"), text, 256);
        Parse(line).GetProperty("seq").GetInt64().ShouldBe(4711);
    }

    // The value is a prefix of the text and fills the available room. It may fall short by one character at most, which is twelve bytes.
    private static void ShouldBeCut(JsonElement written, string text, int most)
    {
        // A lone surrogate is not a character, so the writer writes the replacement character.
        var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        var kept = written.GetString()!;
        whole.ShouldStartWith(kept, Case.Sensitive);
        var length = written.GetRawText().Length - 2;
        length.ShouldBeLessThanOrEqualTo(most);
        (kept == whole || length > most - 12).ShouldBeTrue();
    }

    private static Arbitrary<string[]> Texts(int count)
    {
        var piece = Gen.OneOf(
            Gen.Elements("a", "\"", "\\", "\n", "\u0001", "\u007f", "\u2028", "é", "\ud800", "\udc00", "\U0001F600", "&", " "),
            Gen.Choose(0, char.MaxValue).Select(c => ((char)c).ToString()));
        var text =
            from pieces in piece.ArrayOf(7)
            from times in Gen.Elements(0, 1, 20, 36, 171, 700)
            select string.Concat(Enumerable.Repeat(string.Concat(pieces), times));
        return text.ArrayOf(count).ToArbitrary();
    }

    private static TokenClaims Claims(string audience) => new(null, null, null, audience, null);

    private Func<AuditRecordWriter, int> Seen(string uid, string? owner, IEnumerable<KeyValuePair<string, string>> labels, int skipped = 0) =>
        writer => writer.Write(Output, new PodSeen(Moment, new PodIdentity("logging", "fluent-bit-qg7vq", uid, "fluent-bit", owner, labels), skipped));

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        _ => [],
    };

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private string Line(AuditRecord record) =>
        Line(writer => writer.Write(Output, record));

    private string Line(Func<AuditRecordWriter, int> write)
    {
        var place = write(new AuditRecordWriter(new AuditOrigin("prod-weu", "aks-1", "b7f1")));
        var line = new ArrayBufferWriter<byte>();
        line.Write(Output.WrittenSpan[..place]);
        ChainPlace.Write(line, 4711, Encoding.ASCII.GetBytes(Prev));
        line.Write(Output.WrittenSpan[place..]);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static AuditRecord Malformed(string? target, Caller? caller = null, IPAddress? ip = null, string? userAgent = null, int status = 400) => new()
    {
        Timestamp = Moment,
        Id = "0HN1",
        Verdict = Verdict.Rejected,
        Reason = Reason.BadRequest,
        Mode = PolicyMode.Enforce,
        Caller = caller ?? new Caller.Pod(FluentBit),
        CallerIp = ip,
        CallerPort = 7,
        RawMethod = "GET",
        RawTarget = target,
        Error = "no",
        UserAgent = userAgent,
        Status = status,
        Milliseconds = double.NaN,
    };

    private static AuditRecord Of(ImdsRequest request, IReadOnlyList<string>? eventIds = null) => new()
    {
        Timestamp = Moment,
        Id = "0HN1",
        Verdict = Verdict.Denied,
        Reason = Reason.NoRule,
        Mode = PolicyMode.Enforce,
        Caller = new Caller.Pod(FluentBit),
        Request = request,
        EventIds = eventIds,
        Status = 403,
        Milliseconds = 1,
    };

    private static AuditRecord SummaryRecord(bool isOfOthers) => new()
    {
        Timestamp = Moment,
        Id = "0HN1",
        Verdict = Verdict.Denied,
        Reason = Reason.RateLimited,
        Mode = PolicyMode.Enforce,
        PolicyRevision = "3f2a",
        Caller = new Caller.Pod(FluentBit),
        CallerIp = IPAddress.Parse("10.244.0.11"),
        Status = 0,
        Milliseconds = 0,
        Summed = 3500,
        IsOfOthers = isOfOthers,
    };

    // The parser would reject these requests, so the tests create them with an internal constructor.
    private static AuditRecord Hostile(string[] texts) => new()
    {
        Timestamp = Moment,
        Id = texts[0],
        Verdict = Verdict.WouldDeny,
        Reason = Reason.UnknownParameter,
        Rule = texts[1],
        Quiet = true,
        Mode = PolicyMode.Audit,
        PolicyRevision = texts[2],
        Caller = new Caller.Pod(new PodIdentity(texts[3], texts[4], texts[5], texts[6], texts[7], [])),
        CallerIp = IPAddress.Parse("2001:db8:1111:2222:3333:4444:5555:6666"),
        CallerPort = 65535,
        CallerInterface = texts[8],
        Request = texts[9].Length % 2 == 0 ? null : new ImdsRequest(
            texts[10],
            ImdsEndpoints.Unknown,
            texts[11],
            "/",
            [new QueryParameter("api-version", texts[12])],
            [.. texts.Select(text => new QueryParameter(text, text))],
            texts[13],
            new IdentitySelector(SelectorKind.MsiResourceId, texts[14])),
        RawMethod = texts[10],
        RawTarget = texts[11],
        Error = texts[15],
        UserAgent = texts[16],
        EventIds = texts,
        Status = 504,
        Bytes = long.MaxValue,
        Probe = true,
        Issued = texts[26].Length % 2 == 0 ? null : new IssuedCredential(texts[17], texts[18], texts[19], Moment, texts[20]) { Audience = texts[21] },
        Returned = texts[26].Length % 2 == 1 ? null : new CredentialAnswer(texts[23], texts[24]) { Claims = Claims(texts[25]) },
        UpstreamStatus = 504,
        UpstreamMilliseconds = double.MaxValue,
        Cached = true,
        Pin = texts[22],
        Redacted = true,
        Milliseconds = double.MaxValue,
    };

    private static AuditRecord OfCaller(Caller caller, bool isInterfaceEvidence) => new()
    {
        Timestamp = Moment,
        Id = "0HN1",
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Mode = PolicyMode.Enforce,
        Caller = caller,
        CallerIp = IPAddress.Parse("10.244.0.11"),
        CallerInterface = caller is Caller.Pod { OnHost: true } || caller == Caller.Node.Of("kubelet.service") ? null : "azv7a1",
        IsInterfaceEvidence = isInterfaceEvidence,
        Status = 200,
        Milliseconds = 1,
    };

    private static AuditRecord TokenRecord() => new()
    {
        Timestamp = Moment,
        Id = "0HN1",
        Verdict = Verdict.Allowed,
        Reason = Reason.Rule,
        Rule = "fluent-bit-to-adx",
        Mode = PolicyMode.Enforce,
        PolicyRevision = "3f2a",
        Caller = new Caller.Pod(FluentBit),
        CallerIp = IPAddress.Parse("10.244.0.11"),
        CallerPort = 40132,
        CallerInterface = "azv7a1",
        Request = TokenRequest(),
        UserAgent = "azsdk-net-Identity/1.21",
        Status = 200,
        Bytes = 1848,
        Issued = new IssuedCredential("adx-ingest", "2bc9", "https://api.kusto.windows.net", new DateTimeOffset(2026, 11, 22, 4, 30, 0, TimeSpan.Zero), "uti1"),
        UpstreamStatus = 200,
        UpstreamMilliseconds = 4.2100001,
        Milliseconds = 4.33,
    };

    private static ImdsRequest TokenRequest() => ImdsRequestParser.ParseTarget(
        "GET",
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://api.kusto.windows.net&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6").Request!;
}
