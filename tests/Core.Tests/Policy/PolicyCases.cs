using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Valid and invalid documents. The rule under test is the second rule, on line 4.</summary>
public static class PolicyCases
{
    private const string Token = "/metadata/identity/oauth2/token";

    public static TheoryData<PolicyCase> All
    {
        get
        {
            var all = new TheoryData<PolicyCase>();
            foreach (var one in (IEnumerable<PolicyCase>)[.. Whole(), .. Identities(), .. Rules(), .. Workloads(), .. Paths(), .. Methods(), .. Credentials(), .. Pins(), .. Views(), .. Denies(), .. Warnings()])
            {
                all.Add(one);
            }

            return all;
        }
    }

    private static IEnumerable<PolicyCase> Whole() =>
    [
        new("least policy", """{"version":1,"mode":"audit","rules":[]}""", false),
        new("tests", """{"version":1,"never":[]}""", true, "E :1 this is a file of tests, not a policy: run imds-proxy policy test"),
        new("empty document", "", true, "E :1 it is not JSON"),
        new("not an object", "[]", true, "E :1 write an object"),
        new("everything missing", "{}", true, "E :1 \"version\" is missing", "E :1 \"mode\" is missing", "E :1 \"rules\" is missing"),
        new("wrong version", "{\n\"version\":\"1\",\n\"mode\":\"enforce\",\"rules\":[]}", true, "E /version:2 version '1': this is the version of the format"),
        new("wrong mode", """{"version":1,"mode":"Enforce","rules":[]}""", true, "E /mode:1 mode 'Enforce': write enforce or audit"),
        new("mode of another type", """{"version":1,"mode":true,"rules":[]}""", true, "E /mode:1 mode 'true': write a string"),
        new("comment", "{\"version\":1, // one\n\"mode\":\"audit\",\"rules\":[]}", true, "E :1 it is not JSON"),
        new("trailing comma", "{\"version\":1,\"mode\":\"audit\",\n\"rules\":[],}", true, "E :2 it is not JSON"),
        new("half a surrogate pair", """{"version":1,"mode":"\ud800","rules":[]}""", true, "E :1 surrogate"),
        new("too deep", $"{{\"version\":1,\n\"mode\":{new string('[', 40)}{new string(']', 40)},\"rules\":[]}}", true, "E :2 it is not JSON"),
        new("control characters in a key", """{"version":1,"mode":"audit","rules":[],"\u001b[31m\n":1}""", true, "E /\\u001b[31m\\u000a:1 \\u001b[31m\\u000a: unknown key"),
        new("key twice", "{\"version\":1,\"mode\":\"audit\",\n\"mode\":\"enforce\",\"rules\":[]}", false, "E /mode:2 mode: the key occurs twice"),
        new("unknown key, similar to a known one", """{"version":1,"mode":"audit","rule":[],"rules":[]}""", true, "E /rule:1 did you mean \"rules\"?"),
        new("unknown key, similar to none", """{"version":1,"mode":"audit","rules":[],"breakGlass":1}""", true, "E /breakGlass:1 this version knows version, mode,"),
        new("auditOnly of an audit policy", """{"version":1,"mode":"audit","auditOnly":[{"namespaces":["a"]}],"rules":[]}""", true, "E /auditOnly:1 in \"enforceOnly\""),
        new("enforceOnly of an enforcing policy", """{"version":1,"mode":"enforce","enforceOnly":[{"namespaces":["a"]}],"rules":[]}""", true, "E /enforceOnly:1 in \"auditOnly\""),
        new("labels in a mode list", "{\"version\":1,\"mode\":\"enforce\",\"auditOnly\":[{\"namespaces\":[\"a\"],\n\"labels\":{\"a\":\"b\"},\"owners\":[\"Job/a\"]}],\"rules\":[]}", true,
            "E /auditOnly/0/labels:2 a pod could change its own mode", "E /auditOnly/0/owners:2 a pod could change its own mode"),
        new("empty mode list", """{"version":1,"mode":"enforce","auditOnly":[],"rules":[]}""", true, "E /auditOnly:1 the list is empty"),
        new("mode list", """{"version":1,"mode":"audit","enforceOnly":[{"namespaces":["a"]}],"rules":[]}""", false),
        new("rules of another type", """{"version":1,"mode":"audit","rules":{}}""", true, "E /rules:1 write a list"),
    ];

    private static IEnumerable<PolicyCase> Identities() =>
    [
        Aliases("bad client id", """{"clientId":"2BC9"}""", true, "E /identities/x/clientId:2 identities.x.clientId '2BC9': write a GUID of 36 characters"),
        Aliases("client id in braces", """{"clientId":"{0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6}"}""", true, "E /identities/x/clientId:2 write a GUID"),
        Aliases("no client id", """{"objectId":"c62ac7a4-999d-4dd9-8696-5b91e9b0e6d1"}""", true, "E /identities/x:2 \"clientId\" is missing"),
        Aliases("alias that is not an object", "7", true, "E /identities/x:2 write an object"),
        Aliases("system-assigned resource id", """{"clientId":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","resourceId":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"}""", true,
            "E /identities/x/resourceId:2 userAssignedIdentities/<name>"),
        Aliases("resource id with a dot segment", """{"clientId":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","resourceId":"/subscriptions/s/resourceGroups/../providers/Microsoft.ManagedIdentity/userAssignedIdentities/v"}""", false,
            "E /identities/x/resourceId:2 userAssignedIdentities/<name>"),
        Aliases("client id of another alias, in capitals", """{"clientId":"2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6"}""", false, "E /identities/x/clientId:2 the alias 'web' has the same clientId"),
        Aliases("object id of another alias", """{"clientId":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","objectId":"b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1"}""", false, "E /identities/x/objectId:2 the alias 'web' has the same objectId"),
        Aliases("resource id of another alias, in another case", """{"clientId":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","resourceId":"/subscriptions/S/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/WEB"}""", false,
            "E /identities/x/resourceId:2 the alias 'web' has the same resourceId"),
        Aliases("unknown key of an identity", """{"clientID":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}""", true, "E /identities/x:2 \"clientId\" is missing", "E /identities/x/clientID:2 did you mean \"clientId\"?"),
    ];

    private static IEnumerable<PolicyCase> Rules() =>
    [
        Rule("rule that denies", """{"name":"x","workloads":[{}],"deny":[{}]}""", false),
        Rule("rule of another type", "null", true, "E /rules/1:4 rules[1] 'null': write an object"),
        Rule("no name", """{"workloads":[{}],"deny":[{}]}""", true, "E /rules/1:4 rules[1]: \"name\" is missing"),
        Rule("name with a space", """{"name":"a b","workloads":[{}],"deny":[{}]}""", true, "E /rules/1/name:4 rules[1].name 'a b': write 1 to 100 letters"),
        Rule("name twice", """{"name":"uses","workloads":[{}],"deny":[{}]}""", false, "E /rules/1/name:4 rules[0] has the same name"),
        Rule("neither allow nor deny", """{"name":"x","workloads":[{}]}""", true, "E /rules/1:4 neither allows nor denies"),
        Rule("empty allow", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[]}""", true, "E /rules/1/allow:4 the list is empty"),
        Rule("empty deny", """{"name":"x","workloads":[{}],"deny":[]}""", true, "E /rules/1/deny:4 the list is empty"),
        Rule("mode of a rule that allows", """{"name":"x","mode":"enforce","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/versions"}]}""", true, "E /rules/1/mode:4 only a rule without allows"),
        Rule("mode of a rule that denies", """{"name":"x","mode":"enforce","workloads":[{}],"deny":[{}]}""", false),
        Rule("wrong mode of a rule", """{"name":"x","mode":"off","workloads":[{}],"deny":[{}]}""", true, "E /rules/1/mode:4 write enforce or audit"),
        Rule("description of another type", """{"name":"x","description":[1],"workloads":[{}],"deny":[{}]}""", true, "E /rules/1/description:4 write a string"),
        Rule("unknown key of a rule", """{"name":"x","workload":[{}],"deny":[{}]}""", true, "E /rules/1:4 \"workloads\" is missing", "E /rules/1/workload:4 did you mean \"workloads\"?"),
    ];

    private static IEnumerable<PolicyCase> Workloads() =>
    [
        Workload("all fields", """{"namespaces":["a-*"],"serviceAccounts":["b"],"owners":["DaemonSet/c","Job/*","*"],"labels":{"example.com/app":"d"}}""", false),
        Workload("every namespace", """{"namespaces":["*"]}""", false),
        Workload("allow without namespaces", """{"serviceAccounts":["b"]}""", true, "E /rules/1/workloads/0:4 \"namespaces\" is missing: an allow must name them"),
        Workload("empty namespaces", """{"namespaces":[]}""", true, "E /rules/1/workloads/0/namespaces:4 the list is empty"),
        Workload("namespace in capitals", """{"namespaces":["Web"]}""", true, "E /rules/1/workloads/0/namespaces/0:4 'Web': write the name of a namespace"),
        Workload("star inside a name", """{"namespaces":["a*b"]}""", true, "E /rules/1/workloads/0/namespaces/0:4 write the name of a namespace"),
        Workload("two stars", """{"namespaces":["a**"]}""", true, "E /rules/1/workloads/0/namespaces/0:4 write the name of a namespace"),
        Workload("namespaces of another type", """{"namespaces":"a"}""", true, "E /rules/1/workloads/0/namespaces:4 write a list"),
        Workload("number as a name", """{"namespaces":[1]}""", true, "E /rules/1/workloads/0/namespaces/0:4 write a string"),
        Workload("service account with its namespace", """{"namespaces":["a"],"serviceAccounts":["a/b"]}""", true, "E /rules/1/workloads/0/serviceAccounts/0:4 write the name of a service account"),
        Workload("owner without its kind", """{"namespaces":["a"],"owners":["fluent-bit"]}""", true, "E /rules/1/workloads/0/owners/0:4 write an owner as Kind/name"),
        Workload("empty labels", """{"namespaces":["a"],"labels":{}}""", true, "E /rules/1/workloads/0/labels:4 write labels as an object"),
        Workload("label with a star", """{"namespaces":["a"],"labels":{"app":"web-*"}}""", true, "E /rules/1/workloads/0/labels/app:4 no pod can have such a label"),
        Workload("label key with a slash in its pointer", """{"namespaces":["a"],"labels":{"x/y":1}}""", true, "E /rules/1/workloads/0/labels/x~1y:4 write a string"),
        Workload("unknown key of a workload", """{"namespaces":["a"],"pods":["x"]}""", true, "E /rules/1/workloads/0/pods:4 this version knows namespaces,"),
    ];

    private static IEnumerable<PolicyCase> Paths() =>
    [
        Path("/metadata/instance/compute", false),
        Path("/metadata/instance/**", false),
        Path("/metadata/*/compute/location", false),
        Path("/metadata/**", false),
        Path("/**", false),
        Path("/metadata/THIM/amd/certification", false),
        Path("/metadata/Instance", false, "E write it in lower case as '/metadata/instance'"),
        Path("/METADATA/instance", false, "E write it in lower case as '/metadata/instance'"),
        Path("/metadata/thim/amd/certification", false, "E write it as '/metadata/THIM/amd/certification'"),
        Path("/metadata/Identity/else", false, "E write it in lower case as '/metadata/identity/else'"),
        Path("metadata/instance", true, "E begin it with '/'"),
        Path("", true, "E begin it with '/'"),
        Path("/metadata/instance/", true, "E leave out the slash at its end: '/metadata/instance'"),
        Path("/metadata//instance", true, "E empty segment"),
        Path("/metadata/./instance", true, "E a dot"),
        Path("/metadata/../instance", true, "E a dot"),
        Path("/metadata/instance.", true, "E a dot"),
        Path("/metadata/%69nstance", true, "E without an escape|with an escape"),
        Path("/metadata/instance;x", true, "E letters, digits"),
        Path("/metadata/instance?x=1", true, "E letters, digits"),
        Path("/metadata/inst*", true, "E a whole segment"),
        Path("/**/compute", true, "E '**' is allowed only at the end"),
        Path("/metadata/identity/oauth2/*", false, "E write '/metadata/identity/oauth2/token' out"),
        Path("/metadata/attested/**", false, "E write '/metadata/attested/document' out"),
        Path("/latest/**", false, "E covers no endpoint that IMDS is known to have"),
        Path("/metadata/Instance/**", false, "E covers no endpoint that IMDS is known to have"),
        Path("/latest/meta-data", false, "W IMDS is not known to have this path"),
        Path("/", false, "W IMDS is not known to have this path"),
        Allow("path missing", "{}", true, "E /rules/1/allow/0:4 \"path\" is missing"),
        Allow("path of another type", """{"path":["/metadata/versions"]}""", true, "E /rules/1/allow/0/path:4 write a string"),
        Allow("a key of a later version", """{"path":"/metadata/instance","during":["08:00"]}""", true, "E /rules/1/allow/0/during:4 this version knows path, methods"),
        Allow("extra query", """{"path":"/metadata/versions","extraQuery":["foo"]}""", false),
        Allow("extra query that is known", """{"path":"/metadata/versions","extraQuery":["api-version"]}""", false, "E /rules/1/allow/0/extraQuery/0:4 is known to have this key"),
        Allow("extra query that varies a known key", """{"path":"/metadata/versions","extraQuery":["Resource"]}""", false, "E /rules/1/allow/0/extraQuery/0:4 another spelling of 'resource'"),
        Allow("extra query with a value", """{"path":"/metadata/versions","extraQuery":["a=b"]}""", true, "E /rules/1/allow/0/extraQuery/0:4 write the key alone"),
        Allow("empty extra query", """{"path":"/metadata/versions","extraQuery":[]}""", true, "E /rules/1/allow/0/extraQuery:4 the list is empty"),
    ];

    private static IEnumerable<PolicyCase> Methods() =>
    [
        Allow("POST of scheduled events", """{"path":"/metadata/scheduledevents","methods":["GET","POST"]}""", false),
        Allow("method in lower case", """{"path":"/metadata/versions","methods":["get"]}""", true, "E /rules/1/allow/0/methods/0:4 write it in capitals as 'GET'"),
        Allow("TRACE", """{"path":"/metadata/versions","methods":["TRACE"]}""", true, "E /rules/1/allow/0/methods/0:4 write one of GET, POST"),
        Allow("method that an endpoint lacks", """{"path":"/metadata/versions","methods":["GET","POST"]}""", false, "E /rules/1/allow/0/methods/1:4 '/metadata/versions' has no such method"),
        Allow("POST on a wildcard", """{"path":"/metadata/**","methods":["POST"]}""", false, "E /rules/1/allow/0/methods/0:4 a wildcard never covers a POST"),
        Allow("empty methods", """{"path":"/metadata/versions","methods":[]}""", true, "E /rules/1/allow/0/methods:4 the list is empty"),
        Allow("method of an unknown path", """{"path":"/latest/api/token","methods":["PUT"]}""", false, "W /rules/1/allow/0/path:4 not known to have this path"),
        Allow("issuecredential without POST", """{"path":"/metadata/identity/issuecredential","identities":["web"],"resources":["*"]}""", false,
            "E /rules/1/allow/0:4 write \"methods\": [\"POST\"]", "W /rules/1/allow/0/resources/0:4 for about 7 days"),
    ];

    private static IEnumerable<PolicyCase> Credentials() =>
    [
        Allow("token", $$"""{"path":"{{Token}}","identities":["web"],"resources":["https://vault.azure.net"]}""", false),
        Allow("token without identities and resources", $$"""{"path":"{{Token}}"}""", true, "E /rules/1/allow/0:4 \"identities\" is missing", "E /rules/1/allow/0:4 \"resources\" is missing"),
        Allow("token of any identity for any resource", $$"""{"path":"{{Token}}","identities":["*"],"resources":["*"]}""", false,
            "W /rules/1/allow/0/identities/0:4 any identity of the node", "W /rules/1/allow/0/resources/0:4 tokens for any resource"),
        Allow("bare client id", $$"""{"path":"{{Token}}","identities":["E5DBCD30-9b3d-4041-b791-ac23f9038175"],"resources":["a"]}""", false, "W /rules/1/allow/0/identities/0:4 a bare client id"),
        Allow("client id of an alias", $$"""{"path":"{{Token}}","identities":["2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"],"resources":["a"]}""", false, "W /rules/1/allow/0/identities/0:4 write its alias 'web'"),
        Allow("undefined alias", $$"""{"path":"{{Token}}","identities":["webb"],"resources":["a"]}""", false, "E /rules/1/allow/0/identities/0:4 'webb': there is no such alias: did you mean 'web'?"),
        Allow("empty identities", $$"""{"path":"{{Token}}","identities":[],"resources":["a"]}""", true, "E /rules/1/allow/0/identities:4 the list is empty"),
        Allow("resource with a star", $$"""{"path":"{{Token}}","identities":["web"],"resources":["https://*.azure.net"]}""", true, "E /rules/1/allow/0/resources/0:4 write a resource as clients request it"),
        Allow("identities on another endpoint", """{"path":"/metadata/instance","identities":["web"]}""", true, "E /rules/1/allow/0/identities:4 '/metadata/instance' issues no credential"),
        Allow("resources on a wildcard", """{"path":"/metadata/**","resources":["*"]}""", true, "E /rules/1/allow/0/resources:4 issues no credential"),
        Allow("certificate", """{"path":"/metadata/identity/issuecredential","methods":["POST"],"identities":["web"],"resources":["*"]}""", false, "W /rules/1/allow/0/resources/0:4 for about 7 days"),
        Allow("certificate for a resource", """{"path":"/metadata/identity/issuecredential","methods":["POST"],"identities":["web"],"resources":["https://vault.azure.net"]}""", false,
            "E /rules/1/allow/0/resources/0:4 valid for any resource"),
    ];

    private static IEnumerable<PolicyCase> Pins() =>
    [
        Allow("pinned", $$"""{"path":"{{Token}}","identities":["web"],"resources":["a"],"asIdentity":"web"}""", false),
        Allow("pinned to an identity that is not allowed", $$"""{"path":"{{Token}}","identities":["2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"],"resources":["a"],"asIdentity":"web"}""", false,
            "W /rules/1/allow/0/identities/0:4 write its alias", "E /rules/1/allow/0/asIdentity:4 add it to its \"identities\""),
        Allow("pinned to an undefined alias", $$"""{"path":"{{Token}}","identities":["web"],"resources":["a"],"asIdentity":"wep"}""", false, "E /rules/1/allow/0/asIdentity:4 did you mean 'web'?"),
        Allow("pinned on another endpoint", """{"path":"/metadata/instance","asIdentity":"web"}""", false, "E /rules/1/allow/0/asIdentity:4 only token requests"),
        Allow("pinned to something else", $$"""{"path":"{{Token}}","identities":["web"],"resources":["a"],"asIdentity":7}""", true, "E /rules/1/allow/0/asIdentity:4 write a string"),
        TwoPins("two pins for one workload", """{"namespaces":["a"]}""", """{"namespaces":["a*"]}""", "https://a.test", "HTTPS://A.test/", "E /rules/1/allow/0:2 as 'x' by the rule 'one': pin one of them"),
        TwoPins("two pins for a workload that both may match", """{"namespaces":["a"],"labels":{"b":"c"}}""", """{"namespaces":["a"],"owners":["Job/*"]}""", "a", "*",
            "W /rules/1/allow/0:2 for a workload that both rules match", "W /rules/1/allow/0/resources/0:2 tokens for any resource"),
        TwoPins("two pins for different resources", """{"namespaces":["a"]}""", """{"namespaces":["a"]}""", "a", "b"),
        TwoPins("two pins for different workloads", """{"namespaces":["a-*"]}""", """{"namespaces":["b","c-*"]}""", "a", "a"),
        TwoPins("two pins for different labels", """{"namespaces":["a"],"labels":{"b":"c"}}""", """{"namespaces":["a"],"labels":{"b":"d"}}""", "a", "a"),
    ];

    private static IEnumerable<PolicyCase> Views() =>
    [
        Allow("redact", """{"path":"/metadata/instance/**","redact":["compute.tags","Compute.TagsList","network.interface.*.macAddress"]}""", false),
        Allow("keep", """{"path":"/metadata/instance","keep":["compute.location"]}""", false),
        Allow("redact and keep", """{"path":"/metadata/instance","redact":["compute.tags"],"keep":["compute.location"]}""", true, "E /rules/1/allow/0/keep:4 write only one of the two"),
        Allow("redact on another endpoint", """{"path":"/metadata/versions","redact":["compute.tags"]}""", false, "E /rules/1/allow/0/redact:4 begins with '/metadata/instance'"),
        Allow("redact of more than the document", """{"path":"/metadata/**","keep":["compute.tags"]}""", false, "E /rules/1/allow/0/keep:4 begins with '/metadata/instance'"),
        Allow("field that IMDS lacks", """{"path":"/metadata/instance","redact":["compute.tag"]}""", false, "W /rules/1/allow/0/redact/0:4 did you mean 'compute.tags'?"),
        Allow("field of an array's elements", """{"path":"/metadata/instance","redact":["network.interface.macAddress"]}""", false, "W /rules/1/allow/0/redact/0:4 it has 'network.interface.*.macAddress'"),
        Allow("field with a slash", """{"path":"/metadata/instance","redact":["compute/tags"]}""", true, "E /rules/1/allow/0/redact/0:4 write names with dots"),
        Allow("field with a filter", """{"path":"/metadata/instance","redact":["compute..tags"]}""", true, "E /rules/1/allow/0/redact/0:4 write names with dots"),
        Allow("empty redact", """{"path":"/metadata/instance","redact":[]}""", true, "E /rules/1/allow/0/redact:4 the list is empty"),
        Rule("redact that hides nothing", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/instance","redact":["compute.tags"]}]},{"name":"y","workloads":[{"namespaces":["*"]}],"allow":[{"path":"/metadata/**"}]}""", false,
            "W /rules/1/allow/0:4 because the rule 'y' shows"),
    ];

    private static IEnumerable<PolicyCase> Denies() =>
    [
        Deny("path without case", """{"path":"/metadata/Instance/**","methods":["GET","DELETE"],"quiet":true}""", false),
        Deny("identities everywhere", """{"identities":["web"],"resources":["https://vault.azure.net"]}""", false),
        Deny("identities on a wildcard", """{"path":"/metadata/Identity/**","identities":["*"]}""", false),
        Deny("identities where no credential is issued", """{"path":"/metadata/instance/**","identities":["web"]}""", false, "E /rules/1/deny/0/identities:4 this deny would never match"),
        Deny("path that is not canonical", """{"path":"/Metadata/instance"}""", false, "E /rules/1/deny/0/path:4 as '/metadata/instance'"),
        Deny("quiet of another type", """{"quiet":"yes"}""", true, "E /rules/1/deny/0/quiet:4 write true or false"),
        Deny("extraQuery of a deny", """{"extraQuery":["a"]}""", true, "E /rules/1/deny/0/extraQuery:4 unknown key"),
        Deny("not an object", "true", true, "E /rules/1/deny/0:4 write an object"),
    ];

    private static IEnumerable<PolicyCase> Warnings() =>
    [
        Rule("all workloads excepted", """{"name":"x","workloads":[{"namespaces":["a","b-1"]}],"except":[{"namespaces":["a"]},{"namespaces":["b*"]}],"deny":[{}]}""", false, "W /rules/1:4 the rule can never match"),
        Rule("some excepted", """{"name":"x","workloads":[{"namespaces":["a","c"]}],"except":[{"namespaces":["a"]}],"deny":[{}]}""", false),
        Rule("shadowed by its own rule", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/instance"},{"path":"/metadata/versions"}],"deny":[{"path":"/metadata/instance/**"}]}""", false,
            "W /rules/1/allow/0:4 because the rule 'x' denies it"),
        Rule("shadowed by a quarantine", """{"name":"x","workloads":[{"namespaces":["a-b"],"labels":{"c":"d"}}],"allow":[{"path":"/metadata/**"}]},{"name":"y","workloads":[{"namespaces":["a*"]}],"deny":[{}]}""", false,
            "W /rules/1/allow/0:4 because the rule 'y' denies it"),
        Rule("quarantine of others", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/**"}]},{"name":"y","workloads":[{"namespaces":["a"],"owners":["*"]}],"deny":[{}]}""", false),
        Rule("quarantine with exceptions", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/**"}]},{"name":"y","workloads":[{}],"except":[{"namespaces":["a"]}],"deny":[{}]}""", false),
        Rule("quarantine in audit mode", """{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{"path":"/metadata/**"}]},{"name":"y","mode":"audit","workloads":[{}],"deny":[{}]}""", false),
        new("unused alias", "{\"version\":1,\"mode\":\"audit\",\n\"identities\":{\"x\":{\"clientId\":\"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6\"}},\"rules\":[]}", false, "W /identities/x:2 no rule uses this alias"),
        Rule("several problems, in document order", "{\"deny\":[{\"path\":\"x\"}],\n\"workloads\":[],\n\"name\":\"\"}", true, "E /rules/1/deny/0/path:4 begin it", "E /rules/1/workloads:5 the list is empty", "E /rules/1/name:6 write 1 to 100"),
    ];

    private static PolicyCase Aliases(string name, string identity, bool schema, params string[] problems) =>
        new(name, Document($", \"x\": {identity}", """{"name":"more","workloads":[{}],"deny":[{"identities":["x"]}]}"""), schema, problems);

    private static PolicyCase TwoPins(string name, string workload, string another, string resource, string anotherResource, params string[] problems) => new(
        name,
        $$"""
        {"version":1,"mode":"enforce","identities":{"x":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"},"y":{"clientId":"0bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"} },"rules":[{"name":"one","workloads":[{{workload}}],"allow":[{"path":"{{Token}}","identities":["x"],"resources":["{{resource}}"],"asIdentity":"x"}]},
        {"name":"two","workloads":[{{another}}],"allow":[{"path":"{{Token}}","identities":["y"],"resources":["{{anotherResource}}"],"asIdentity":"y"}]}]}
        """,
        false,
        problems);

    private static PolicyCase Rule(string name, string rule, bool schema, params string[] problems) =>
        new(name, Document("", rule), schema, problems);

    private static PolicyCase Workload(string name, string workload, bool schema, params string[] problems) =>
        Rule(name, $$"""{"name":"x","workloads":[{{workload}}],"allow":[{"path":"/metadata/versions"}]}""", schema, problems);

    private static PolicyCase Allow(string name, string allow, bool schema, params string[] problems) =>
        Rule(name, $$"""{"name":"x","workloads":[{"namespaces":["a"]}],"allow":[{{allow}}]}""", schema, problems);

    private static PolicyCase Deny(string name, string deny, bool schema, params string[] problems) =>
        Rule(name, $$"""{"name":"x","workloads":[{}],"deny":[{{deny}}]}""", schema, problems);

    private static PolicyCase Path(string path, bool schema, params string[] problems) => Allow(
        $"path '{path}'",
        $$"""{"path":"{{path}}"}""",
        schema,
        [.. problems.Select(problem => $"{problem[0]} /rules/1/allow/0/path:4 {problem[2..].Split('|')[^1]}")]);

    private static string Document(string alias, string rule) =>
        $$"""
        { "version": 1, "mode": "enforce",
          "identities": { "web": { "clientId": "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "objectId": "B62AC7A4-999d-4dd9-8696-5b91e9b0e6d1", "resourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web" }{{alias}} },
          "rules": [ { "name": "uses", "workloads": [ {} ], "deny": [ { "path": "{{Token}}", "identities": ["web"], "methods": ["POST"] } ] },
        {{rule}}
        ] }
        """;
}
