using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace ImdsProxy.Network.Client;

/// <summary>
/// Does what Azure's Guest Proxy Agent does: attaches an eBPF program to a cgroup, which sends each connection to IMDS to
/// 127.0.0.1:3080. The program stays until the cgroup is removed.
/// </summary>
internal static partial class ConnectHook
{
    // linux/bpf.h.
    private const int LoadProgram = 5;
    private const int Attach = 8;
    private const int SockAddrProgram = 18;
    private const int Inet4Connect = 10;

    // O_DIRECTORY, on amd64 and on arm64.
    private static readonly int Directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    private const long BpfCallX64 = 321;
    private const long BpfCallArm64 = 280;

    public static async Task<int> RunAsync(string cgroup)
    {
        var program = Load();
        var target = Open(cgroup, Directory, 0);
        if (program >= 0 && target >= 0 && Call(Attach, Words(target, program, Inet4Connect, 0)) >= 0)
        {
            return 0;
        }

        await Console.Out.WriteLineAsync(Marshal.GetLastPInvokeErrorMessage());
        return 1;
    }

    private static unsafe int Load()
    {
        var code = Code();
        var licence = "GPL\0"u8.ToArray();
        fixed (byte* instructions = code, text = licence)
        {
            // prog_type, insn_cnt, insns, license, log_level, log_size, log_buf, kern_version, prog_flags, prog_name, prog_ifindex,
            // expected_attach_type.
            var attributes = new byte[72];
            BinaryPrimitives.WriteInt32LittleEndian(attributes, SockAddrProgram);
            BinaryPrimitives.WriteInt32LittleEndian(attributes.AsSpan(4), code.Length / 8);
            BinaryPrimitives.WriteInt64LittleEndian(attributes.AsSpan(8), (long)instructions);
            BinaryPrimitives.WriteInt64LittleEndian(attributes.AsSpan(16), (long)text);
            BinaryPrimitives.WriteInt32LittleEndian(attributes.AsSpan(68), Inet4Connect);
            return Call(LoadProgram, attributes);
        }
    }

    // if (user_ip4 == IMDS && protocol == TCP) { user_ip4 = 127.0.0.1; user_port = 3080; } return 1;
    private static byte[] Code() =>
    [
        .. Instruction(0x61, destination: 2, source: 1, offset: 4, 0),
        .. Instruction(0xb4, destination: 3, source: 0, offset: 0, Word("169.254.169.254")),
        .. Instruction(0x5e, destination: 2, source: 3, offset: 6, 0),
        .. Instruction(0x61, destination: 2, source: 1, offset: 36, 0),
        .. Instruction(0x56, destination: 2, source: 0, offset: 4, 6),
        .. Instruction(0xb4, destination: 2, source: 0, offset: 0, Word("127.0.0.1")),
        .. Instruction(0x63, destination: 1, source: 2, offset: 4, 0),
        .. Instruction(0xb4, destination: 2, source: 0, offset: 0, BinaryPrimitives.ReverseEndianness((ushort)3080)),
        .. Instruction(0x63, destination: 1, source: 2, offset: 24, 0),
        .. Instruction(0xb7, destination: 0, source: 0, offset: 0, 1),
        .. Instruction(0x95, destination: 0, source: 0, offset: 0, 0),
    ];

    private static byte[] Instruction(byte code, int destination, int source, short offset, int value)
    {
        var bytes = new byte[8];
        bytes[0] = code;
        bytes[1] = (byte)((source << 4) | destination);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2), offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), value);
        return bytes;
    }

    private static int Word(string address) => BinaryPrimitives.ReadInt32LittleEndian(IPAddress.Parse(address).GetAddressBytes());

    private static byte[] Words(params int[] words) => [.. words.SelectMany(BitConverter.GetBytes)];

    private static int Call(int command, byte[] attributes) =>
        (int)SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? BpfCallArm64 : BpfCallX64, command, attributes, attributes.Length);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(long number, int command, byte[] attributes, int length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, int mode);
}
