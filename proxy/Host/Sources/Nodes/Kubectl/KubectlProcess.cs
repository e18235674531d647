using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>One run of kubectl. Its stdin stays open until it is disposed, because the program on the node takes a closed stdin for a client that has gone.</summary>
internal sealed class KubectlProcess : IDisposable
{
    // Enough for every error of kubectl and of its login plugins.
    private const int MostErrorCharacters = 8 << 10;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task _readingErrors;

    private KubectlProcess(Process process)
    {
        _process = process;
        _readingErrors = ReadErrorsAsync(process.StandardError);
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts the program without a shell.</summary>
    /// <exception cref="IOException">It can't be started.</exception>
    public static KubectlProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new KubectlProcess(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{program} can't be started ({e.Message}): install kubectl, or name it with --kubectl PATH", e);
        }
    }

    /// <summary>Waits for the end. Returns the exit code and what the program wrote to stderr.</summary>
    public async Task<(int Code, string Errors)> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        await _readingErrors.WaitAsync(cancellation);
        return (_process.ExitCode, _errors.ToString());
    }

    public void Dispose()
    {
        try
        {
            // Login plugins are its children.
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }

        _process.Dispose();
    }

    private async Task ReadErrorsAsync(StreamReader errors)
    {
        var buffer = new char[1024];
        try
        {
            while (await errors.ReadAsync(buffer) is var read and > 0)
            {
                _errors.Append(buffer, 0, Math.Min(read, MostErrorCharacters - _errors.Length));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The run was given up.
        }
    }
}
