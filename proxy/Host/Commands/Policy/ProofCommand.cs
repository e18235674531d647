using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Commands.Policy;

/// <summary>What the commands that prove something have in common: errors, progress and exit codes.</summary>
internal static class ProofCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command; a wrong input is reported in one line, with the exit code of wrong usage.</summary>
    /// <param name="name">The command's name, with which messages begin.</param>
    /// <param name="run">The command.</param>
    /// <param name="errors">Receives messages.</param>
    public static async Task<int> GuardAsync(string name, Func<Task<int>> run, TextWriter errors)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            await errors.WriteLineAsync($"imds-proxy: {name}: {e.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>Works out a proof. If it takes long and someone watches, says so.</summary>
    public static async Task<T> ProveAsync<T>(Func<T> proof, TextWriter errors, TimeProvider time, CancellationToken cancellation)
    {
        var work = Task.Run(proof, cancellation);
        if (!Console.IsErrorRedirected && await Task.WhenAny(work, Task.Delay(Patience, time, cancellation)) != work)
        {
            await errors.WriteLineAsync("imds-proxy: still working on the proof");
        }

        return await work.WaitAsync(cancellation);
    }

    /// <summary>Writes an answer, unless the decider contradicts it, and tells the exit code.</summary>
    /// <param name="verdict">How far the answer can be believed.</param>
    /// <param name="isFound">Whether something was found.</param>
    /// <param name="write">Writes the answer.</param>
    /// <param name="errors">Receives the contradiction.</param>
    public static async Task<int> AnswerAsync(ProofVerdict verdict, bool isFound, Action write, TextWriter errors)
    {
        if (verdict.Status == ProofStatus.Disagreement)
        {
            await errors.WriteLineAsync($"imds-proxy: {verdict.Message}");
            return ExitCode.Disagreement;
        }

        write();
        return verdict.Status == ProofStatus.TooComplex ? ExitCode.Partial
            : isFound ? ExitCode.Failed
            : ExitCode.Good;
    }
}
