using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The body of a POST: what is taken is JSON, with no more events than a record holds.</summary>
internal sealed class BodyTarget : IFuzzTarget
{
    private static readonly ImdsRequest Approval = ImdsRequestParser.ParseTarget("POST", "/metadata/scheduledevents?api-version=2020-07-01").Request!;

    public bool Run(ReadOnlyMemory<byte> input)
    {
        if (RequestBody.Check(Approval, input.Span, out var events) is not null)
        {
            return false;
        }

        FuzzCheck.That(input.IsEmpty || Json.IsValid(input), "what is taken is JSON");
        FuzzCheck.That(events.IsDefault || (events.Length <= 64 && events.All(id => id.Length <= 64)), "its events are few and short");
        return true;
    }
}
