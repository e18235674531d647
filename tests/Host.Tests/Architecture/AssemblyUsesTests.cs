using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>Tests the checker itself on sample rooms that break the rules.</summary>
public sealed class AssemblyUsesTests
{
    private const string Sample = "ImdsProxy.Host.Tests.Architecture.Sample";

    private static readonly IReadOnlyCollection<TypeUse> Uses = AssemblyUses.Of(typeof(AssemblyUsesTests).Assembly);

    private static readonly IReadOnlyList<TypeUse> Broken = new RoomRule(Sample, "Leaf", ["Composition"]).Broken(Uses);

    [Theory]
    [InlineData("Base")]
    [InlineData("Implements")]
    [InlineData("Holds")]
    [InlineData("HoldsMany")]
    [InlineData("Takes")]
    [InlineData("Calls")]
    [InlineData("Reads")]
    [InlineData("Names")]
    [InlineData("CallsInALambda")]
    [InlineData("CallsLater")]
    [InlineData("Catches")]
    [InlineData("Constrains`1")]
    [InlineData("PassesOn")]
    [InlineData("IsMarked")]
    [InlineData("CallsUp")]
    public void RoomRule_RoomUsesAnother_IsBroken(string type) => Broken.ShouldContain(use => use.From == $"{Sample}.Room.{type}");

    [Fact]
    public void RoomRule_LeafUsesARoom_IsBroken() => Broken.ShouldContain(use => use.From == $"{Sample}.Leaf.GoesUp");

    [Fact]
    public void Circles_OfAFolderAndTheOneBelowIt_AreFound() =>
        FolderCircles.In(Sample, Uses).Select(static use => use.From).Distinct(StringComparer.Ordinal)
            .ShouldBe([$"{Sample}.Circle.GoesDown", $"{Sample}.Circle.Below.ComesBack"], ignoreOrder: true);

    [Theory]
    [InlineData("Room.Knows")]
    [InlineData("Composition.All")]
    public void RoomRule_AllowedUse_IsNotBroken(string type)
    {
        Uses.ShouldContain(use => use.From == $"{Sample}.{type}" && use.To.StartsWith(Sample, StringComparison.Ordinal));
        Broken.ShouldNotContain(use => use.From == $"{Sample}.{type}");
    }
}
