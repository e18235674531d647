using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>
/// The solver Z3, asked in its text format SMT-LIB through its C library. NuGet's package has no library for Linux, and its managed
/// part needs functions that Debian's library lacks; these three functions are in every version.
/// </summary>
internal sealed partial class Z3 : IDisposable
{
    private const string Library = "libz3.so.4";

    private readonly nint _context = MakeContext();

    /// <summary>Whether the library is there (Debian: libz3-4).</summary>
    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Evaluates commands and returns what they print.</summary>
    public string Ask(string commands) => Marshal.PtrToStringUTF8(Evaluate(_context, commands)) ?? "";

    public void Dispose() => DeleteContext(_context);

    private static nint MakeContext()
    {
        var config = MakeConfig();
        try
        {
            return MakeContext(config);
        }
        finally
        {
            DeleteConfig(config);
        }
    }

    [LibraryImport(Library, EntryPoint = "Z3_mk_config")]
    private static partial nint MakeConfig();

    [LibraryImport(Library, EntryPoint = "Z3_del_config")]
    private static partial void DeleteConfig(nint config);

    [LibraryImport(Library, EntryPoint = "Z3_mk_context")]
    private static partial nint MakeContext(nint config);

    [LibraryImport(Library, EntryPoint = "Z3_del_context")]
    private static partial void DeleteContext(nint context);

    [LibraryImport(Library, EntryPoint = "Z3_eval_smtlib2_string", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Evaluate(nint context, string commands);
}
