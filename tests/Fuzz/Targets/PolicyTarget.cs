using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// The loader: it returns a document or errors with their places, and rules taken over from the previous document change no
/// decision.
/// </summary>
internal sealed class PolicyTarget : IFuzzTarget
{
    private static readonly ImdsRequest[] Requests =
    [
        Get("/metadata/instance/compute/location?api-version=2021-02-01"),
        Get($"/metadata/identity/oauth2/token?resource={ExamplePolicy.Kusto}&client_id={ExamplePolicy.Ingest}"),
        Get("/metadata/identity/oauth2/token?resource=https://vault.azure.net"),
        Get("/latest/meta-data"),
    ];

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var load = PolicyLoader.Load(input);
        var hasError = load.Problems.Any(problem => problem.Severity == ProblemSeverity.Error);
        FuzzCheck.That(load.Document is null == hasError, "a load has either a document or an error");
        FuzzCheck.That(load.Problems.All(problem => problem.Line >= 1 && problem.Message.Length > 0), "each problem has a line and a message");
        var reload = PolicyLoader.Load(input, ExamplePolicy.Load);
        FuzzCheck.That((reload.Document is null, reload.Revision) == (load.Document is null, load.Revision), "a reload accepts and refuses the same documents");

        // If two faults would end the reading, a reload may meet the other one first.
        FuzzCheck.That(!Json.IsValid(input) || reload.Problems.SequenceEqual(load.Problems), "a reload reports the same problems");
        if (load.Document is null)
        {
            return false;
        }

        var (first, second) = (PolicySnapshot.Compile(load.Document), PolicySnapshot.Compile(reload.Document!, ExamplePolicy.Snapshot));
        foreach (var caller in ExamplePolicy.Callers)
        {
            foreach (var request in Requests)
            {
                var (one, other) = (first.Decide(caller, request), second.Decide(caller, request));
                FuzzCheck.That((one.GetType(), one.Reason, one.Rule, one.Mode) == (other.GetType(), other.Reason, other.Rule, other.Mode), "a reload decides the same");
            }
        }

        return true;
    }

    private static ImdsRequest Get(string target) => ImdsRequestParser.ParseTarget("GET", target).Request!;
}
