using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>Options of the <c>demo</c> command.</summary>
/// <param name="Listen">The proxy's address; port 0 picks a free port.</param>
/// <param name="Management">The management endpoint's address; port 0 picks a free port.</param>
/// <param name="Exit">Whether the demo exits after the tour.</param>
internal sealed record DemoOptions(IPEndPoint Listen, IPEndPoint Management, bool Exit);
