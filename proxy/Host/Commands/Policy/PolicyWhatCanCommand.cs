using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy what-can</c>: everything that a workload is permitted.</summary>
internal static class PolicyWhatCanCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = PolicyInput.Forms };
        var workload = new Argument<string>("NAMESPACE/SERVICEACCOUNT") { Description = "The workload, by its namespace and service account, such as logging/fluent-bit" };
        var form = OutputFlag.Of("text", "json");
        var assumption = new AssumptionFlags();
        var command = new Command("what-can", "List everything that a workload is permitted, with the rule. Exit 1 if anything is permitted, 0 if nothing is") { path, workload, form };
        assumption.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(path),
            parsed.GetRequiredValue(workload),
            assumption.Read(parsed),
            parsed.GetValue(form) == "json",
            Console.OpenStandardInput,
            Console.Out,
            Console.Error,
            cancellation));
        return command;
    }

    internal static Task<int> RunAsync(
        string path, string workload, Assumption assumption, bool asJson, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandGuard.RunAsync(
            "policy what-can",
            async () =>
            {
                var (ns, account) = Names(workload);
                var policy = await PolicyInput.ValidAsync(path, stdin, cancellation);
                var warnings = GoalReader.Doubts(policy, ns, account);
                await ProofCommand.WarnAsync("policy what-can", warnings, errors);
                var grants = await ProofCommand.ProveAsync(() => PolicyProofs.WhatCan(policy, ns, account, assumption), errors, TimeProvider.System, cancellation);
                var question = new AccessQuestion(new PolicyName(path, policy.Revision), $"What can {workload} do?", assumption, warnings)
                {
                    IsStricterThanWritten = assumption == Assumption.Enforced && !PolicyProofs.IsWhollyEnforced(policy),
                };
                return await ProofCommand.AnswerAsync(grants.Verdict, !grants.Answers.IsEmpty, Write, errors);

                void Write()
                {
                    if (asJson)
                    {
                        WorkbenchJson.Write(WhatCanJson.Of(question, grants), WorkbenchJson.Readable.WhatCanJson, output);
                    }
                    else
                    {
                        AccessText.Write(question, grants, output);
                    }
                }
            },
            errors);

    private static (string Namespace, string ServiceAccount) Names(string workload) =>
        workload.Split('/') is [var ns, var account] && IsName(ns) && IsName(account)
            ? (ns, account)
            : throw new FormatException($"'{workload}': write a namespace and a service account, such as logging/fluent-bit");

    // RFC 1123, which Kubernetes applies to both names.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 253 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
}
