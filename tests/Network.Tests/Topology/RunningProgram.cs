using System.Diagnostics;
using System.Text;
using ImdsProxy.TestKit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A program that runs beside the test. <c>ip netns exec</c> execs it, so the process id is the program's own.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    // On a busy machine, a program may need half a minute to start.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _command;
    private readonly StringBuilder _text = new();

    public RunningProgram(Process process, string command)
    {
        (_process, _command) = (process, command);
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything that the program has written to stdout and stderr.</summary>
    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public bool HasEnded => _process.HasExited;

    public int Id => _process.Id;

    public async Task SaysAsync(string text, int times = 1)
    {
        try
        {
            await Eventually.HoldsAsync(() => Text.Split(text).Length > times, Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{_command} never said '{text}', but: {Text}", e);
        }
    }

    public async Task TellAsync(string line) => await _process.StandardInput.WriteLineAsync(line);

    /// <summary>Kills the program.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal, such as STOP.</summary>
    public Task SignalAsync(string signal) => Programs.MustAsync(["kill", $"-{signal}", $"{_process.Id}"]);

    /// <summary>Sends SIGTERM, waits for the exit, and returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        return await EndAsync();
    }

    /// <summary>Waits until the program exits by itself, and returns the exit code.</summary>
    public Task<int> EndAsync() => EndAsync(TimeSpan.FromSeconds(30));

    /// <summary>Waits until the program exits by itself, and returns the exit code.</summary>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_text)
        {
            _text.AppendLine(line);
        }
    }
}
