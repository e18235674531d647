using System.Text;
using ImdsProxy.Runtime;

namespace ImdsProxy.Doctor.Surroundings;

/// <summary>
/// The main process of the container in which the doctor runs. Its command line holds the settings of the installation, so that
/// <c>kubectl exec … doctor</c> needs no flags.
/// </summary>
/// <param name="Command">The command of imds-proxy, such as <c>serve</c> or <c>redirect</c>.</param>
/// <param name="Arguments">The arguments after it.</param>
internal sealed record MainProcess(string Command, IReadOnlyList<string> Arguments)
{
    public const string Redirect = "redirect";
    public const string Serve = "serve";

    private const string CommandLine = "/proc/1/cmdline";
    private const string Program = "imds-proxy";
    private const string Library = "imds-proxy.dll";

    /// <summary>Reads the command line of process 1. Returns null if process 1 is another program, as on a node.</summary>
    public static MainProcess? Read(string path = CommandLine)
    {
        try
        {
            return Parse(BoundedFile.Read(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the settings of the main process, the flags and their defaults apply.
            return null;
        }
    }

    /// <summary>Parses the words of a command line, each of which ends with a zero.</summary>
    public static MainProcess? Parse(ReadOnlySpan<byte> commandLine)
    {
        var words = Encoding.UTF8.GetString(commandLine).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var program = Array.FindIndex(words, static word => Path.GetFileName(word) is Program or Library);
        return program is 0 or 1 && words.Length > program + 1
            ? new MainProcess(words[program + 1], words[(program + 2)..])
            : null;
    }

    /// <summary>The flags of the main process that another command also has.</summary>
    /// <param name="known">The names of the other command's flags, with their dashes.</param>
    /// <param name="given">The flags that were given to the other command itself. They win.</param>
    public IReadOnlyList<string> Settings(IReadOnlySet<string> known, IReadOnlySet<string> given)
    {
        var settings = new List<string>();
        for (var i = 0; i < Arguments.Count; i++)
        {
            var name = Arguments[i].Split('=', 2)[0];
            if (!known.Contains(name) || given.Contains(name))
            {
                continue;
            }

            settings.Add(Arguments[i]);
            if (!Arguments[i].Contains('=', StringComparison.Ordinal) && i + 1 < Arguments.Count && !Arguments[i + 1].StartsWith('-'))
            {
                settings.Add(Arguments[++i]);
            }
        }

        return settings;
    }
}
