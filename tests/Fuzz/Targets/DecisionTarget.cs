using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The decision: on what was parsed it is the one on what is rendered, and nobody gets more than the policy says.</summary>
internal sealed class DecisionTarget : IFuzzTarget
{
    private static readonly CredentialAnswer[] Answers =
    [
        new(ExamplePolicy.Ingest, ExamplePolicy.Kusto), new(ExamplePolicy.Kubelet, ExamplePolicy.Kusto), new(ExamplePolicy.Kubelet, null), new(ExamplePolicy.Ingest, "https://management.azure.com/"),
    ];

    public bool Run(ReadOnlyMemory<byte> input)
    {
        if (RequestText.Of(input.Span).Parse().Request is not { } request)
        {
            return false;
        }

        // A snapshot of its own, so that no decision comes from a memory.
        var rendered = ImdsRequestParser.ParseTarget(request.Method, request.PathAndQuery).Request!;
        var other = PolicySnapshot.Compile(ExamplePolicy.Document);
        foreach (var caller in ExamplePolicy.Callers)
        {
            var decision = ExamplePolicy.Snapshot.Decide(caller, request);
            IsSame(decision, ExamplePolicy.Snapshot.Decide(caller, request));
            if (request.RelayedBy is not null)
            {
                FuzzCheck.That(decision is Denial or Permit { Mode: PolicyMode.Audit, Shadow: not null }, "a relayed request is denied, or would be");
                continue;
            }

            IsSame(decision, other.Decide(caller, rendered));
            IsSame(ExamplePolicy.Snapshot.DecideProbe(caller, request), other.DecideProbe(caller, rendered));
            Array.ForEach(Answers, answer => IsSame(ExamplePolicy.Snapshot.DecideAnswer(caller, request, answer), other.DecideAnswer(caller, rendered, answer)));
        }

        IsWithinThePolicy(ExamplePolicy.Snapshot.Decide(ExamplePolicy.FluentBit, request));
        return true;
    }

    private static void IsSame(Decision? one, Decision? other)
    {
        FuzzCheck.That(one?.GetType() == other?.GetType(), "the decision on the parsed equals the decision on the rendered");
        FuzzCheck.That((one?.Reason, one?.Rule, one?.Mode) == (other?.Reason, other?.Rule, other?.Mode), "and so do its reason, its rule and its mode");
        FuzzCheck.That((one as Permit)?.Pin == (other as Permit)?.Pin, "and what it pins");
        FuzzCheck.That(one is not Permit || one.Request.PathAndQuery == other!.Request.PathAndQuery, "and what is sent");
    }

    // What the example's one rule for it says, worked out from what is sent and without the policy.
    private static void IsWithinThePolicy(Decision decision)
    {
        if (decision is not Permit permit)
        {
            return;
        }

        var sent = permit.Request;
        FuzzCheck.That(sent.Method == "GET" && sent.Extra.IsEmpty, "a GET without parameters that are not known");
        FuzzCheck.That(
            sent.Path == "/metadata/instance/compute/location"
            || (sent.Path == "/metadata/identity/oauth2/token" && sent.Resource?.TrimEnd('/').Equals(ExamplePolicy.Kusto, StringComparison.OrdinalIgnoreCase) == true && sent.Selector is not null),
            "the location, or a token for Data Explorer as an identity that is named");
    }
}
