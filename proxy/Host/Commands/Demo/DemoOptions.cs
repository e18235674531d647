using System.Net;

namespace ImdsProxy.Commands.Demo;

/// <summary>What <c>demo</c> can be told.</summary>
/// <param name="Listen">Where the proxy listens; port 0 takes a free one.</param>
/// <param name="Management">Where its management is; port 0 takes a free one.</param>
/// <param name="Exit">Whether it ends after the tour.</param>
internal sealed record DemoOptions(IPEndPoint Listen, IPEndPoint Management, bool Exit);
