using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The decision: parsing the canonical request again changes no decision, and no caller gets more than the policy allows.</summary>
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

        // Uses its own snapshot, so that no decision comes from a cache.
        var rendered = ImdsRequestParser.ParseTarget(request.Method, request.PathAndQuery).Request!;
        var other = PolicySnapshot.Compile(ExamplePolicy.Document);
        foreach (var caller in ExamplePolicy.Callers)
        {
            var decision = ExamplePolicy.Snapshot.Decide(caller, request);
            IsSame(decision, ExamplePolicy.Snapshot.Decide(caller, request));
            if (request.RelayedBy is not null)
            {
                FuzzCheck.That(decision is Denial or Permit { Mode: PolicyMode.Audit, Shadow: not null }, "a relayed request is denied, or would be in enforce mode");
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
        FuzzCheck.That(one?.GetType() == other?.GetType(), "the canonical request gets the same decision");
        FuzzCheck.That((one?.Reason, one?.Rule, one?.Mode) == (other?.Reason, other?.Rule, other?.Mode), "the canonical request gets the same reason, rule and mode");
        FuzzCheck.That((one as Permit)?.Pin == (other as Permit)?.Pin, "the canonical request gets the same pin");
        FuzzCheck.That(one is not Permit || one.Request.PathAndQuery == other!.Request.PathAndQuery, "the same request is sent");
    }

    // Derives what the example's only rule allows from the sent request, without using the policy.
    private static void IsWithinThePolicy(Decision decision)
    {
        if (decision is not Permit permit)
        {
            return;
        }

        var sent = permit.Request;
        FuzzCheck.That(sent.Method == "GET" && sent.Extra.IsEmpty, "only a GET with known parameters is sent");
        FuzzCheck.That(
            sent.Path == "/metadata/instance/compute/location"
            || (sent.Path == "/metadata/identity/oauth2/token" && sent.Resource?.TrimEnd('/').Equals(ExamplePolicy.Kusto, StringComparison.OrdinalIgnoreCase) == true && sent.Selector is not null),
            "only the location, or a Data Explorer token for a named identity, is requested");
    }
}
