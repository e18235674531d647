using System.Text;

namespace ImdsProxy.Commands.Sources;

/// <summary>Whether kubectl started the program. kubectl finds plugins by the name of their file, which may be a link to this program.</summary>
internal static class KubectlPlugin
{
    private const string Name = "kubectl-imds";

    public static bool IsRunning { get; } = IsName(CalledAs()) || IsName(Environment.ProcessPath);

    private static bool IsName(string? path) => Path.GetFileNameWithoutExtension(path) == Name;

    // The runtime resolves links, so that only the kernel knows the name.
    private static string? CalledAs()
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
