using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward.Sharing;

/// <summary>
/// Tells apart whatever IMDS could answer differently: the whole canonical request (endpoint, kind and literal of the
/// selector, resource, versions, every other parameter) and the one header that goes with it. Two names of one identity
/// are two keys: that they are one is the policy's knowledge, not IMDS's.
/// </summary>
/// <param name="Request">What is sent.</param>
/// <param name="Metadata">The value of <c>Metadata</c>, as it came: some regions take only one spelling.</param>
internal readonly record struct AnswerKey(ImdsRequest Request, string Metadata);
