using System.Buffers;
using System.Text;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Redaction;

public sealed class InstanceRedactionTests
{
    private const string Document =
        """{"compute":{"Location":"weu","tags":"a:b","tagsList":[{"name":"a","value":"b"}],"n":1,"yes":true,"none":null,"osProfile":{"adminUsername":"u"}},"network":{"interface":[{"macAddress":"00","ipv4":{}},{"macAddress":"01","ipv4":{}}]}}""";

    [Theory]
    [InlineData("/metadata/instance", "redact compute.tags compute.tagsList compute.osProfile compute.n compute.yes compute.none", Document,
        """{"compute":{"Location":"weu","tags":"","tagsList":[],"n":0,"yes":false,"none":null,"osProfile":{}},"network":{"interface":[{"macAddress":"00","ipv4":{}},{"macAddress":"01","ipv4":{}}]}}""")]
    [InlineData("/metadata/instance", "redact COMPUTE.Tags network.interface.*.MACADDRESS compute.tagslist.*.value", Document,
        """{"compute":{"Location":"weu","tags":"","tagsList":[{"name":"a","value":""}],"n":1,"yes":true,"none":null,"osProfile":{"adminUsername":"u"}},"network":{"interface":[{"macAddress":"","ipv4":{}},{"macAddress":"","ipv4":{}}]}}""")]
    [InlineData("/metadata/instance", "keep compute.location network.interface.*.macAddress", Document,
        """{"compute":{"Location":"weu","tags":"","tagsList":[],"n":0,"yes":false,"none":null,"osProfile":{}},"network":{"interface":[{"macAddress":"00","ipv4":{}},{"macAddress":"01","ipv4":{}}]}}""")]
    [InlineData("/metadata/instance", "redact compute", Document, """{"compute":{},"network":{"interface":[{"macAddress":"00","ipv4":{}},{"macAddress":"01","ipv4":{}}]}}""")]
    [InlineData("/metadata/instance/compute", "redact compute.tags", """{"tags":"a","x":"tags"}""", """{"tags":"","x":"tags"}""")]
    [InlineData("/metadata/instance/compute", "redact compute.tags", """{"\u0074ags":"a","Tags":"b"}""", """{"tags":"","Tags":""}""")]
    [InlineData("/metadata/instance/compute", "keep network", """{"tags":"a"}""", """{}""")]
    [InlineData("/metadata/instance/network/interface/0", "redact network.interface.*.macAddress", """{"macAddress":"00"}""", """{"macAddress":""}""")]
    [InlineData("/metadata/instance/network/interface/0", "redact network.interface.*.macAddress", """{"*":{"macAddress":"00"}}""", """{"*":{"macAddress":"00"}}""")]
    [InlineData("/metadata/instance/compute/tagsList", "redact compute.tagsList", """[{"name":"a"}]""", "[]")]
    [InlineData("/metadata/instance/compute/tags", "redact compute.tags.deeper", "\"a\"", "\"\"")]
    [InlineData("/metadata/instance/compute/tags?format=text", "redact compute.tags", "a:b", "")]
    [InlineData("/metadata/instance/compute/tags?format=TEXT", "redact Compute.TAGS", "a:b", "")]
    [InlineData("/metadata/instance/compute/tags?format=text", "redact compute.tags.deeper", "a:b", "")]
    [InlineData("/metadata/instance/compute/tags?format=text", "redact compute.userData", "a:b", "a:b")]
    [InlineData("/metadata/instance/compute/tags?format=text", "keep compute.tags", "a:b", "a:b")]
    [InlineData("/metadata/instance/compute/tags?format=text", "keep compute.location", "a:b", "")]
    [InlineData("/metadata/instance/compute/tagsList/0/value?format=text", "redact compute.tagsList.*.value", "b", "")]
    [InlineData("/metadata/instance/compute?format=text", "redact compute.tags", "location\ntags", "location\ntags")]
    [InlineData("/metadata/instance?format=text", "keep compute.tags", "compute/\nnetwork/", "compute/\nnetwork/")]
    [InlineData("/metadata/instance/compute?format=text", "redact compute", "location\ntags", "")]
    public void Apply_Answer_ShowsOnlyTheVisibleFields(string target, string view, string body, string expected) =>
        Apply(View(view), target, body).ShouldBe(expected);

    [Theory]
    [InlineData("no json")]
    [InlineData("")]
    [InlineData("{\"compute\":")]
    [InlineData("{} {}")]
    [InlineData("\u001f\u008b")]
    public void Apply_InvalidJson_IsRefused(string body) => Apply(View("redact compute.tags"), "/metadata/instance", body).ShouldBeNull();

    [Fact]
    public void Decide_SeveralPermissions_ShowTheUnionOfTheirViews()
    {
        var policy = Scene.Policy("""
            "allow":[{"path":"/metadata/instance/**","keep":["compute.location"]},{"path":"/metadata/instance/compute","redact":["compute.tags"]}]
            """);
        var request = Scene.Get("/metadata/instance/compute");
        var view = policy.Decide(Scene.Pod, request).ShouldBeOfType<Core.Policy.Permit>().View.ShouldNotBeNull();
        Apply(view, "/metadata/instance/compute", """{"location":"weu","name":"n","tags":"a"}""").ShouldBe("""{"location":"weu","name":"n","tags":""}""");
    }

    [Theory]
    [InlineData("""{"path":"/metadata/instance"},{"path":"/metadata/instance/**","redact":["compute"]}""")]
    [InlineData("""{"path":"/metadata/instance/**","redact":["compute"]},{"path":"/metadata/instance"}""")]
    public void Decide_OnePermissionWithoutAView_ShowsAll(string allows) =>
        Scene.Policy($"\"allow\":[{allows}]").Decide(Scene.Pod, Scene.Get("/metadata/instance")).ShouldBeOfType<Core.Policy.Permit>().View.ShouldBeNull();

    private static DocumentView View(string text)
    {
        var words = text.Split(' ');
        return words[0] == "keep" ? DocumentView.Keep([.. words[1..]]) : DocumentView.Redact([.. words[1..]]);
    }

    private static string? Apply(DocumentView view, string target, string body)
    {
        var output = new ArrayBufferWriter<byte>();
        return InstanceRedaction.TryApply(view, Scene.Get(target), Encoding.UTF8.GetBytes(body), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}
