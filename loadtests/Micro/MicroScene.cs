using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Runtime;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>The proxy's state for a number of pods and rules, and the requests that those pods send in turns.</summary>
internal sealed class MicroScene
{
    // More than the proxy caches, so that each is new when its turn comes again.
    private const int Strange = 1 << 14;

    private static readonly ConcurrentDictionary<int, PolicyDocument> Documents = new();

    private readonly PodIndex _index;
    private readonly IPAddress[] _addresses;
    private readonly CallerConnection[] _connections;
    private readonly string[] _permitted;
    private readonly string[] _denied;
    private readonly string[] _strange;
    private readonly RequestMemory _memory = new();
    private readonly HeldRequest _held;
    private readonly ImdsRequest[] _permittedRequests;
    private readonly ImdsRequest[] _deniedRequests;
    private int _pod;
    private int _next;

    private MicroScene(int pods, int rules, HeldRequest held)
    {
        _held = held;
        _index = ManyPods.Index(pods);
        _addresses = [.. Enumerable.Range(0, pods).Select(ManyPods.Address)];
        _connections = [.. Enumerable.Range(0, pods).Select(static pod => new CallerConnection(new AddressUse(), ManyPods.Interface(pod), null))];
        _permitted = [.. Enumerable.Range(0, pods).Select(static pod => Token(ManyRules.Arm + "/", pod))];
        _denied = [.. Enumerable.Range(0, pods).Select(static pod => Token("https://graph.microsoft.com", pod))];
        _strange = [.. Enumerable.Range(0, Strange).Select(static n => Token($"https://service-{n}.example.com", n))];
        Policy = PolicySnapshot.Compile(Documents.GetOrAdd(rules, Document));
        _permittedRequests = [.. _permitted.Select(Parse)];
        _deniedRequests = [.. _denied.Select(Parse)];
    }

    public PolicySnapshot Policy { get; }

    /// <param name="pods">The number of pods.</param>
    /// <param name="rules">The number of rules.</param>
    /// <param name="held">The request whose headers all requests use.</param>
    public static MicroScene Set(int pods, int rules, HeldRequest held)
    {
        var scene = new MicroScene(pods, rules, held);
        for (var pod = 0; pod < pods; pod++)
        {
            if (scene.WholePermitted() is not Permit || scene.WholeDenied() is not Denial || scene.WholeStrange() is not Denial)
            {
                throw new InvalidOperationException("The scene's policy does not decide as it is meant to.");
            }
        }

        return scene;
    }

    public Caller Identify()
    {
        Advance();
        return Caller();
    }

    public RequestResult ParseKnown()
    {
        Advance();
        return _memory.Parse(_held.Method, _permitted[_pod], _held.Headers);
    }

    public RequestResult ParseStrange() => _memory.Parse(_held.Method, StrangeTarget(), _held.Headers);

    public Decision DecidePermitted()
    {
        Advance();
        return Policy.Decide(Caller(), _permittedRequests[_pod]);
    }

    public Decision DecideDenied()
    {
        Advance();
        return Policy.Decide(Caller(), _deniedRequests[_pod]);
    }

    public Decision WholePermitted()
    {
        Advance();
        return Whole(_permitted[_pod]);
    }

    public Decision WholeDenied()
    {
        Advance();
        return Whole(_denied[_pod]);
    }

    public Decision WholeStrange()
    {
        Advance();
        return Whole(StrangeTarget());
    }

    // The same steps as in EnforcementMiddleware.
    private Decision Whole(string target)
    {
        var caller = Caller();
        var parsed = _memory.Parse(_held.Method, target, _held.Headers);
        return Policy.Decide(caller, parsed.Request!);
    }

    private Caller Caller()
    {
        var connection = _connections[_pod];
        var caller = _index.Confirm(_index.Find(_addresses[_pod]), connection.InterfaceIndex);
        return caller is Caller.Pod pod && connection.IsOf(pod.Identity.Uid) ? caller : Core.Callers.Caller.Unknown.Instance;
    }

    private void Advance() => _pod = _pod + 1 == _addresses.Length ? 0 : _pod + 1;

    private string StrangeTarget() => _strange[_next++ & (Strange - 1)];

    private static ImdsRequest Parse(string target) => ImdsRequestParser.ParseTarget("GET", target).Request!;

    /// <summary>Renders the target of a token request.</summary>
    public static string Token(string resource, int identity) => string.Create(
        CultureInfo.InvariantCulture,
        $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}&client_id={ManyRules.ClientId(identity)}");

    private static PolicyDocument Document(int rules)
    {
        var load = PolicyFragments.Load(ManyRules.Fragments(rules));
        return load.Document ?? throw new InvalidOperationException(load.Problems[0].Message);
    }
}
