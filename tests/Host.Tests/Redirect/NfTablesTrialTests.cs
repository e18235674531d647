using System.Buffers.Binary;
using ImdsProxy.Redirect.Kernel;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>How the kernel's answers to the trial are read. Network.Tests send it to a real kernel.</summary>
public sealed class NfTablesTrialTests
{
    private const int Permission = -1;
    private const int Unsupported = -95;

    // The errors for the table, the chain and the set.
    [Theory]
    [InlineData(0, 0, 0, true, true)]
    [InlineData(0, Unsupported, 0, false, true)]
    [InlineData(0, 0, Unsupported, true, false)]
    public void Trial_WithTheKernelsAnswers_SaysWhatIsThere(int table, int chain, int set, bool nat, bool timedSets) =>
        NfTablesTrial.Run(new ScriptedKernel((_, _) => [Ack(2, table), Ack(3, chain), Ack(4, set)])).ShouldBe(new NfTablesTrial(nat, timedSets));

    [Fact]
    public void Trial_InOneDatagram_IsRead() =>
        NfTablesTrial.Run(new ScriptedKernel((_, _) => [[.. Ack(2, 0), .. Ack(3, 0), .. Ack(4, 0)]])).ShouldBe(new NfTablesTrial(true, true));

    [Fact]
    public void Trial_WithoutPermission_Throws() =>
        Should.Throw<IOException>(() => NfTablesTrial.Run(new ScriptedKernel((_, _) => [Ack(1, Permission)]))).Message.ShouldContain("error 1");

    [Fact]
    public void Trial_OnAKernelWithoutNfTables_Throws() =>
        Should.Throw<IOException>(() => NfTablesTrial.Run(new ScriptedKernel((_, _) => [Ack(2, Unsupported), Ack(3, Unsupported), Ack(4, Unsupported)])));

    [Fact]
    public void Trial_WithoutAnAnswer_Throws() => Should.Throw<IOException>(() => NfTablesTrial.Run(new ScriptedKernel((_, _) => [])));

    private static byte[] Ack(uint sequence, int error)
    {
        var body = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(body, error);
        return NetlinkBytes.Message(2, sequence, body, flags: 0);
    }
}
