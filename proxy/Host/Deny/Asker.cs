using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Deny;

/// <summary>Whom an answer is for.</summary>
/// <param name="Caller">Who it is, as far as is known.</param>
/// <param name="Address">Its address.</param>
/// <param name="RequestId">The request's id.</param>
internal readonly record struct Asker(Caller Caller, IPAddress? Address, string RequestId);
