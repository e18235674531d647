using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Architecture;

public sealed class FolderCirclesTests
{
    [Theory]
    [InlineData("R.A.X>R.B.Y", "")]
    [InlineData("R.X>R.B.Y R.B.Y>R.Z", "R.X>R.B.Y R.B.Y>R.Z")]
    [InlineData("R.A.X>R.B.Y R.B.Y>R.C.Z R.C.Z>R.A.W R.A.X>R.D.V", "R.A.X>R.B.Y R.B.Y>R.C.Z R.C.Z>R.A.W")]
    [InlineData("R.A.X>Other.Y Other.Y>R.A.X Room.A.X>R.B.Y", "")]
    public void Circles_InARoom_AreExactlyTheUsesInTheCircle(string uses, string circles) =>
        FolderCircles.In("R", Read(uses)).ShouldBe(Read(circles), ignoreOrder: true);

    private static IEnumerable<TypeUse> Read(string uses) =>
        uses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static use => use.Split('>')).Select(static use => new TypeUse(use[0], use[1], null));
}
