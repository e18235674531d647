using ImdsProxy.Audit.Write;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class SegmentRemainsTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    private string Segment => Path.Combine(_directory.Path, "audit-20261121T043000Z-b7f1-1.jsonl");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(10, true, 4)]
    [InlineData(4, false, 4)]
    [InlineData(3, false, 3)]
    public void TryCut_Segment_KeepsWrittenRecords(int length, bool isThere, int left)
    {
        File.WriteAllBytes(Segment, new byte[length]);
        var remains = new SegmentRemains(Segment, 4);

        remains.IsThere.ShouldBe(isThere);
        remains.TryCut().ShouldBeTrue();

        new FileInfo(Segment).Length.ShouldBe(left);
        remains.IsThere.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void TryCut_SegmentWithoutWrittenRecords_RemovesIt(int length)
    {
        File.WriteAllBytes(Segment, new byte[length]);

        new SegmentRemains(Segment, 0).TryCut().ShouldBeTrue();

        File.Exists(Segment).ShouldBeFalse();
    }

    // The file may be on a volume that comes back.
    [Theory]
    [InlineData("audit-20261121T043000Z-b7f1-1.jsonl")]
    [InlineData("away/audit-20261121T043000Z-b7f1-1.jsonl")]
    public void TryCut_MissingSegment_FailsUntilTheSegmentIsBack(string name)
    {
        var path = Path.Combine(_directory.Path, name);
        var remains = new SegmentRemains(path, 4);
        remains.TryCut().ShouldBeFalse();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[10]);

        remains.TryCut().ShouldBeTrue();

        new FileInfo(path).Length.ShouldBe(4);
    }
}
