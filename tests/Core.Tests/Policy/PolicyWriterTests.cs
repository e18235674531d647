using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Policy.Writing;
using ImdsProxy.Core.Tests.Demands;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PolicyWriterTests
{
    public static TheoryData<string> Documented => [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.json", SearchOption.AllDirectories)
        .Where(static file => file.EndsWith("policy.example.json", StringComparison.Ordinal) || file.Contains("recipes", StringComparison.Ordinal))
        .Where(static file => !file.EndsWith(".tests.json", StringComparison.Ordinal))
        .Select(static file => Path.GetRelativePath(AppContext.BaseDirectory, file))];

    [Theory]
    [MemberData(nameof(Documented))]
    public void Write_OfADocumentedPolicy_ReadsAsTheSamePolicy(string file) =>
        ShouldReadAsItself(PolicyLoader.Load(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file))).Document!);

    [Fact]
    public void Write_OfAnyPolicy_ReadsAsTheSamePolicy() =>
        Prop.ForAll(SampleLogs.Policy.ToArbitrary(), ShouldReadAsItself).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Write_OfViewsAndPins_KeepsThem() => ShouldReadAsItself(PolicyLoader.Load(Encoding.UTF8.GetBytes(
        $$"""
        {"version":1,"mode":"audit","enforceOnly":[{"namespaces":["a"],"serviceAccounts":["b*"]}],"identities":{"web":{"clientId":"{{Scene.Web}}"} },
        "rules":[{"name":"one","description":"what's \"this\"?","workloads":[{"namespaces":["a"],"owners":["Job/x"],"labels":{"app":"web"} }],"except":[{"serviceAccounts":["c"]}],"allow":[
        {"path":"/metadata/instance/**","redact":["compute.tags"]},{"path":"/metadata/instance/compute","keep":["compute.location"],"methods":["GET"],"extraQuery":["x"]},
        {"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"],"asIdentity":"web"}]}]}
        """)).Document!);

    private static void ShouldReadAsItself(PolicyDocument policy)
    {
        var again = PolicyLoader.Load(PolicyWriter.Write(policy)).Document.ShouldNotBeNull();
        again.Rules.Select(RuleText.Of).ShouldBe(policy.Rules.Select(RuleText.Of));
        (again.Mode, again.ModeExceptions.Length).ShouldBe((policy.Mode, policy.ModeExceptions.Length));
        again.Identities.AsEnumerable().ShouldBe(policy.Identities);
        PolicyWriter.Write(again).ShouldBe(PolicyWriter.Write(policy));
    }
}
