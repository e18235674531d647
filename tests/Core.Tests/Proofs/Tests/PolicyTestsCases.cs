using ImdsProxy.Core.Tests.Policy;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs.Tests;

/// <summary>Valid and invalid documents of tests. The test under test begins on line 2.</summary>
public static class PolicyTestsCases
{
    private const string Token = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com";
    private const string Instance = "GET /metadata/instance?api-version=2021-02-01";
    private const string Caller = """{"namespace":"shop","serviceAccount":"web"}""";
    private const string Issue = "POST /metadata/identity/issuecredential?cred-api-version=1.0";

    public static TheoryData<PolicyCase> All
    {
        get
        {
            var all = new TheoryData<PolicyCase>();
            foreach (var one in (IEnumerable<PolicyCase>)[.. Whole(), .. Examples(), .. Callers(), .. Answers(), .. Nevers()])
            {
                all.Add(one);
            }

            return all;
        }
    }

    private static IEnumerable<PolicyCase> Whole() =>
    [
        new("a policy", """{"version":1,"mode":"audit","rules":[]}""", true, "E :1 this is a policy, not a file of tests: give the policy first and its tests after it"),
        new("nothing", "", true, "E :1 the document: it is not JSON"),
        new("no object", "[]", true, "E :1 the tests '[]': write an object"),
        new("no test", """{"version":1}""", true, "E :1 the tests: there is no test: write \"examples\" or \"never\""),
        new("no version", """{"never":[{"name":"n","workloads":[{}],"allow":[{}]}]}""", true, "E :1 the tests: \"version\" is missing"),
        new("wrong version", """{"version":2,"never":[{"name":"n","workloads":[{}],"allow":[{}]}]}""", true, "E /version:1 version '2': this is the version of the format"),
        new("unknown key", """{"version":1,"nevers":[{"name":"n","workloads":[{}],"allow":[{}]}]}""", true,
            "E :1 there is no test", "E /nevers:1 nevers: unknown key: did you mean \"never\"?"),
        new("empty lists", """{"version":1,"examples":[],"never":[]}""", true, "E /examples:1 the list is empty", "E /never:1 the list is empty"),
        new("lists of another type", """{"version":1,"examples":{},"never":"n"}""", true, "E /examples:1 write a list", "E /never:1 write a list"),
        new("the same name twice", """{"version":1,"examples":[{"name":"n","caller":{"namespace":"a","serviceAccount":"b"},"request":"GET /metadata/instance","expect":"deny"}],"never":[{"name":"n","workloads":[{}],"allow":[{}]}]}""", false,
            "E /never/0/name:1 never[0].name 'n': examples[0] has the same name"),
    ];

    private static IEnumerable<PolicyCase> Examples() =>
    [
        Example("least", $$"""{"name":"n","caller":{{Caller}},"request":"{{Instance}}","expect":"deny"}""", false),
        Example("with a rule and an answer", $$"""{"name":"n","caller":{{Caller}},"request":"{{Token}}","answer":{"clientId":"E5DBCD30-9b3d-4041-b791-ac23f9038175","resource":"r"},"expect":"allow","rule":"x"}""", false),
        Example("everything missing", "{}", true,
            "E /examples/0:2 \"name\" is missing", "E /examples/0:2 \"caller\" is missing", "E /examples/0:2 \"request\" is missing", "E /examples/0:2 \"expect\" is missing"),
        Example("no object", "7", true, "E /examples/0:2 write an object"),
        Example("unknown key", $$"""{"name":"n","caller":{{Caller}},"request":"{{Instance}}","expects":"deny"}""", true, "E /examples/0:2 \"expect\" is missing", "E /examples/0/expects:2 did you mean \"expect\"?"),
        Example("another decision", $$"""{"name":"n","caller":{{Caller}},"request":"{{Instance}}","expect":"permit"}""", true, "E /examples/0/expect:2 examples[0].expect 'permit': write allow or deny"),
        Example("an empty name", $$"""{"name":"","caller":{{Caller}},"request":"{{Instance}}","expect":"deny"}""", true, "E /examples/0/name:2 write 1 to 200 characters on one line"),
        Example("a name of two lines", $$"""{"name":"a\nb","caller":{{Caller}},"request":"{{Instance}}","expect":"deny"}""", true, "E /examples/0/name:2 write 1 to 200 characters on one line"),
        Example("no method", $$"""{"name":"n","caller":{{Caller}},"request":"/metadata/instance","expect":"deny"}""", true, "E /examples/0/request:2 write a method and a target"),
        Example("a version of HTTP", $$"""{"name":"n","caller":{{Caller}},"request":"GET /metadata/instance HTTP/1.1","expect":"deny"}""", true, "E /examples/0/request:2 write a method and a target"),
        Example("a malformed request", $$"""{"name":"n","caller":{{Caller}},"request":"GET /metadata//instance","expect":"deny"}""", false, "E /examples/0/request:2 such a request is rejected whatever the policy says: "),
        Example("numbers for texts", $$"""{"name":1,"caller":{{Caller}},"request":2,"expect":3,"rule":4}""", true,
            "E /examples/0/name:2 write a string", "E /examples/0/request:2 write a string", "E /examples/0/expect:2 write a string", "E /examples/0/rule:2 write a string"),
    ];

    private static IEnumerable<PolicyCase> Callers() =>
    [
        OfCaller("everything", """{"namespace":"shop","serviceAccount":"web","owner":"Deployment/web","labels":{"app":"web","empty":""}}""", false),
        OfCaller("nothing", "{}", true, "E /examples/0/caller:2 \"namespace\" is missing", "E /examples/0/caller:2 \"serviceAccount\" is missing"),
        OfCaller("a pattern", """{"namespace":"shop-*","serviceAccount":"*","owner":"Deployment/*"}""", true,
            "E /examples/0/caller/namespace:2 write the name of one namespace", "E /examples/0/caller/serviceAccount:2 write the name of one service account", "E /examples/0/caller/owner:2 write the owner's kind and name"),
        OfCaller("labels of another type", """{"namespace":"shop","serviceAccount":"web","labels":[]}""", true, "E /examples/0/caller/labels:2 write an object of labels"),
        OfCaller("a bad label", """{"namespace":"shop","serviceAccount":"web","labels":{"a b":"x","c":"d e"}}""", true,
            "E /examples/0/caller/labels/a b:2 this is not a label's key", "E /examples/0/caller/labels/c:2 write a label's value"),
        OfCaller("the pod's name", """{"namespace":"shop","serviceAccount":"web","name":"web-0"}""", true, "E /examples/0/caller/name:2 unknown key"),
    ];

    private static IEnumerable<PolicyCase> Answers() =>
    [
        Answer("a token", Token, """{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175","resource":"https://vault.azure.net"}""", false),
        Answer("a certificate", Issue, """{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175"}""", false),
        Answer("an alias", Token, """{"clientId":"kubelet","resource":"r"}""", true, "E /examples/0/answer/clientId:2 write a client id, a GUID"),
        Answer("a token without its resource", Token, """{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175"}""", false, "E /examples/0/answer:2 \"resource\" is missing"),
        Answer("a certificate with a resource", Issue, """{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175","resource":"r"}""", false, "E /examples/0/answer/resource:2 a certificate is issued for no resource"),
        Answer("no credential", Instance, """{"clientId":"e5dbcd30-9b3d-4041-b791-ac23f9038175","resource":"r"}""", false, "E /examples/0/answer:2 '/metadata/instance' issues no credential: leave the answer out"),
        Answer("no object", Token, "true", true, "E /examples/0/answer:2 write an object"),
        Answer("nothing", Token, "{}", true, "E /examples/0/answer:2 \"clientId\" is missing", "E /examples/0/answer:2 \"resource\" is missing"),
    ];

    private static IEnumerable<PolicyCase> Nevers() =>
    [
        Never("least", """{"name":"n","workloads":[{}],"allow":[{}]}""", false),
        Never("everything", """{"name":"n","workloads":[{"namespaces":["a"]}],"except":[{"serviceAccounts":["b*"]}],"allow":[{"path":"/metadata/identity/oauth2/token","methods":["GET"],"identities":["kubelet"],"resources":["*"]}]}""", false),
        Never("a client id, without a warning", """{"name":"n","workloads":[{}],"allow":[{"identities":["2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"]}]}""", false),
        Never("everything missing", "{}", true, "E /never/0:2 \"name\" is missing", "E /never/0:2 \"workloads\" is missing", "E /never/0:2 \"allow\" is missing"),
        Never("no object", "null", true, "E /never/0:2 write an object"),
        Never("a rule's key", """{"name":"n","workloads":[{}],"deny":[{}]}""", true, "E /never/0:2 \"allow\" is missing", "E /never/0/deny:2 unknown key"),
        Never("an alias that is not there", """{"name":"n","workloads":[{}],"allow":[{"identities":["kublet"]}]}""", false, "E /never/0/allow/0/identities/0:2 there is no such alias: did you mean 'kubelet'?"),
        Never("quiet", """{"name":"n","workloads":[{}],"allow":[{"quiet":true}]}""", true, "E /never/0/allow/0/quiet:2 a test denies nothing"),
        Never("an identity of a path without", """{"name":"n","workloads":[{}],"allow":[{"path":"/metadata/instance","identities":["kubelet"]}]}""", false, "E /never/0/allow/0/identities:2 issues no credential"),
        Never("an object id", """{"name":"n","workloads":[{}],"allow":[{"identities":["0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30"]}]}""", false, "E /never/0/allow/0/identities/0:2 this is the object id of the identity 'kubelet': write the alias, or its client id"),
        Never("no requests", """{"name":"n","workloads":[{}],"allow":[]}""", true, "E /never/0/allow:2 the list is empty"),
    ];

    private static PolicyCase Example(string name, string json, bool schemaRefuses, params string[] problems) =>
        new($"example: {name}", $"{{\"version\":1,\"examples\":[\n{json}]}}", schemaRefuses, problems);

    private static PolicyCase OfCaller(string name, string caller, bool schemaRefuses, params string[] problems) =>
        Example($"caller: {name}", $$"""{"name":"n","caller":{{caller}},"request":"{{Instance}}","expect":"deny"}""", schemaRefuses, problems);

    private static PolicyCase Answer(string name, string request, string answer, bool schemaRefuses, params string[] problems) =>
        Example($"answer: {name}", $$"""{"name":"n","caller":{{Caller}},"request":"{{request}}","answer":{{answer}},"expect":"deny"}""", schemaRefuses, problems);

    private static PolicyCase Never(string name, string json, bool schemaRefuses, params string[] problems) =>
        new($"never: {name}", $"{{\"version\":1,\"never\":[\n{json}]}}", schemaRefuses, problems);
}
