using System.Buffers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The parser: an accepted request's canonical form parses to itself, and the cache in front of the parser changes no result.</summary>
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
        FuzzCheck.That(remembered.Error == parsed.Error && again.Error == parsed.Error, "the cache rejects what the parser rejects");
        if (parsed.Request is not { } request)
        {
            return false;
        }

        FuzzCheck.That(IsSame(remembered.Request!, request) && IsSame(again.Request!, request), "the cache returns the parser's result");
        FuzzCheck.That(!request.PathAndQuery.AsSpan().ContainsAnyExcept(Plain), "the canonical rendering has only plain characters");
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
