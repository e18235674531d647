using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Demands.Reducing;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class LineHashTests
{
    // The same bytes in other pieces, and pieces that differ in a byte at the border of a word or in a zero at the end.
    [Fact]
    public void Add_PiecesThatDiffer_HaveDifferentHashes()
    {
        var text = new string('x', 40);
        List<string[]> inputs = [[], [""], ["", ""], .. Enumerable.Range(1, 40).Select(length => new[] { text[..length] })];
        inputs.AddRange(Enumerable.Range(1, 39).Select(cut => new[] { text[..cut], text[cut..] }));
        inputs.AddRange(Enumerable.Range(0, 40).Select(at => new[] { string.Concat(text.AsSpan(0, at), "y", text.AsSpan(at + 1)) }));
        inputs.AddRange(Enumerable.Range(1, 40).Select(length => new[] { text[..length] + '\0' }));

        inputs.Select(HashOf).Distinct().Count().ShouldBe(inputs.Count);
    }

    [Fact]
    public void Add_SamePieces_HaveTheSameHash() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), static piece => Of(piece, piece).Equals(Of([.. piece], [.. piece]))).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(8 * (LineHash.MostWords - 2), false)]
    [InlineData(8 * LineHash.MostWords, true)]
    public void Add_MoreThanTheKeyCovers_IsTooLong(int bytes, bool isTooLong) => Of(new byte[bytes]).IsTooLong.ShouldBe(isTooLong);

    private static LineHash HashOf(string[] pieces) => Of([.. pieces.Select(static piece => Encoding.UTF8.GetBytes(piece))]);

    private static LineHash Of(params byte[][] pieces)
    {
        var hash = default(LineHash);
        foreach (var piece in pieces)
        {
            hash.Add(piece);
        }

        return hash;
    }
}
