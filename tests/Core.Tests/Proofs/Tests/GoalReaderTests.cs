using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Proofs.Tests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs.Tests;

public sealed class GoalReaderTests
{
    [Theory]
    [InlineData("logging", "fluent-bit", "")]
    [InlineData("kube-system", "cluster-autoscaler", "")]
    [InlineData("logging", "fluentbit", "service account 'fluentbit': no rule mentions this service account: did you mean 'fluent-bit'?")]
    [InlineData("loging", "fluent-bit", "namespace 'loging': no rule mentions this namespace: did you mean 'logging'?")]
    [InlineData("shop", "web", "namespace 'shop': no rule mentions this namespace: check the spelling")]
    public void Doubts_OfAWorkload_NameWhatThePolicyDoesNotMention(string ns, string account, string doubt)
    {
        var policy = PolicyLoader.Load(File.ReadAllBytes("policy.example.json")).Document!;

        string.Join('\n', GoalReader.Doubts(policy, ns, account)).ShouldBe(doubt);
    }
}
