using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Deny;

/// <summary>The caller that an answer is for.</summary>
/// <param name="Caller">The caller. Unknown if the proxy has not identified it.</param>
/// <param name="Address">The caller's address.</param>
/// <param name="RequestId">The request's id.</param>
internal readonly record struct Asker(Caller Caller, IPAddress? Address, string RequestId);
