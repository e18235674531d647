using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>One entry of the cluster's history.</summary>
/// <param name="Revision">Its resourceVersion.</param>
/// <param name="Plural">The resource.</param>
/// <param name="Before">The object's state before, or null where it is new.</param>
/// <param name="Now">Its state now, or null where it is gone.</param>
/// <param name="Final">What a DELETED event shows: the last state, with this resourceVersion.</param>
public sealed record FakeChange(long Revision, string Plural, JsonObject? Before, JsonObject? Now, JsonObject? Final);
