using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The body of a POST: an accepted body is JSON, with no more events than a record can hold.</summary>
internal sealed class BodyTarget : IFuzzTarget
{
    private static readonly ImdsRequest Approval = ImdsRequestParser.ParseTarget("POST", "/metadata/scheduledevents?api-version=2020-07-01").Request!;

    public bool Run(ReadOnlyMemory<byte> input)
    {
        if (RequestBody.Check(Approval, input.Span, out var events) is not null)
        {
            return false;
        }

        FuzzCheck.That(input.IsEmpty || Json.IsValid(input), "an accepted body is JSON");
        FuzzCheck.That(events.IsDefault || (events.Length <= 64 && events.All(id => id.Length <= 64)), "an accepted body has few and short events");
        return true;
    }
}
