using System.ComponentModel;
using System.Diagnostics;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>Runs programs of the operating system that may be missing, or may need more rights than the tests have.</summary>
internal static class SystemProgram
{
    /// <summary>Whether the program could be started and succeeded.</summary>
    public static bool Run(string program, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // It is not installed.
            return false;
        }
    }
}
