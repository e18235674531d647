using System.Buffers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The parser: what it takes renders to itself, and the memory in front of it changes nothing.</summary>
internal sealed class RequestTarget : IFuzzTarget
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?&=%");

    private readonly RequestMemory _memory = new();

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var text = RequestText.Of(input.Span);
        var parsed = text.Parse();
        var remembered = _memory.Parse(text.Method, text.Target, text);
        var again = _memory.Parse(text.Method, text.Target, text);
        FuzzCheck.That(remembered.Error == parsed.Error && again.Error == parsed.Error, "the memory refuses what the parser refuses");
        if (parsed.Request is not { } request)
        {
            return false;
        }

        FuzzCheck.That(IsSame(remembered.Request!, request) && IsSame(again.Request!, request), "the memory knows what the parser made");
        FuzzCheck.That(!request.PathAndQuery.AsSpan().ContainsAnyExcept(Plain), "the canonical rendering is plain");
        var rendered = ImdsRequestParser.ParseTarget(request.Method, request.PathAndQuery).Request;
        FuzzCheck.That(rendered is not null && IsSame(rendered, request), "the canonical rendering parses to itself");
        return true;
    }

    private static bool IsSame(ImdsRequest one, ImdsRequest other) =>
        one.Method == other.Method
        && one.PathAndQuery == other.PathAndQuery
        && one.Path == other.Path
        && one.Endpoint == other.Endpoint
        && one.Known.SequenceEqual(other.Known)
        && one.Extra.SequenceEqual(other.Extra)
        && one.Resource == other.Resource
        && one.Selector == other.Selector;
}
