using ImdsProxy.Kubernetes;
using ImdsProxy.TestKit.FakeKubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

public sealed class TokenAccountTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void Token_OfAServiceAccount_HasItsUidAcrossRotations(string id) =>
        TokenAccount.UidOf(FakeTokens.Of("5c3f1f0e-0000-4000-8000-000000000001", id)).ShouldBe("5c3f1f0e-0000-4000-8000-000000000001");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b")]
    [InlineData("a.*.c")]
    [InlineData("a.e30.c")]
    [InlineData("a.bnVsbA.c")]
    [InlineData("a.W10.c")]
    [InlineData("a.eyJrdWJlcm5ldGVzLmlvIjp7InNlcnZpY2VhY2NvdW50Ijp7InVpZCI6N319fQ.c")]
    [InlineData("a.eyJrdWJlcm5ldGVzLmlvIjoidGV4dCJ9.c")]
    public void Token_WithoutAnAccount_IsNull(string? token) => TokenAccount.UidOf(token).ShouldBeNull();

    [Fact]
    public void TokenFile_Missing_HasNoAccount() =>
        TokenAccount.UidOf(new KubeToken("/nowhere/token", TimeProvider.System)).ShouldBeNull();
}
