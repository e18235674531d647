using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward.Sharing;

/// <summary>
/// Identifies a request by everything that could change IMDS's answer: the whole canonical request (endpoint, kind and
/// literal of the selector, resource, versions, every other parameter) and the one header sent with it. Two selectors of
/// one identity are two keys, because only the policy knows that they mean the same identity; IMDS's answer might differ.
/// </summary>
/// <param name="Request">The request to send.</param>
/// <param name="Metadata">The value of the <c>Metadata</c> header as received, because some regions accept only one spelling.</param>
internal readonly record struct AnswerKey(ImdsRequest Request, string Metadata);
