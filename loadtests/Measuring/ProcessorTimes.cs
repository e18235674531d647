using System.Diagnostics;
using System.Globalization;

namespace ImdsProxy.LoadTests.Measuring;

/// <summary>Processor time that was used so far, as the kernel counts it: in hundredths of a second.</summary>
internal static class ProcessorTimes
{
    private const double TicksPerSecond = 100;

    /// <summary>The time of this process.</summary>
    public static TimeSpan OfThisProcess => Sum(Fields("/proc/self/stat")[11..13]);

    /// <summary>The time of the programs that this process started and that have ended, with their own children.</summary>
    public static TimeSpan OfEndedPrograms => Sum(Fields("/proc/self/stat")[13..15]);

    /// <summary>The time of a process and of the programs that it started and that have ended.</summary>
    public static TimeSpan Of(Process process) => Sum(Fields($"/proc/{process.Id}/stat")[11..15]);

    /// <summary>The time of everything on the machine. What a hypervisor gave to other machines counts too, because it was missing here.</summary>
    public static TimeSpan OfTheMachine
    {
        get
        {
            // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
            var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
            return Sum([.. fields[..3], .. fields[5..]]);
        }
    }

    // The fields after the program's name, which may contain blanks: state first, then utime, stime, cutime and cstime at 11 to 14 (proc(5)).
    private static string[] Fields(string file)
    {
        var stat = File.ReadAllText(file);
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static TimeSpan Sum(IEnumerable<string> ticks) => TimeSpan.FromSeconds(ticks.Sum(static value => long.Parse(value, CultureInfo.InvariantCulture)) / TicksPerSecond);
}
