using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Commands.Policy;

/// <summary>What the commands that prove something have in common: progress and exit codes.</summary>
internal static class ProofCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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

    /// <summary>Warns of names in a question that the policy does not mention.</summary>
    public static async Task WarnAsync(string command, IEnumerable<string> warnings, TextWriter errors)
    {
        foreach (var warning in warnings)
        {
            await errors.WriteLineAsync($"imds-proxy: {command}: warning: {warning}");
        }
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
