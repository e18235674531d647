using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>An entry of the cluster's history.</summary>
/// <param name="Revision">The change's resourceVersion.</param>
/// <param name="Plural">The resource.</param>
/// <param name="Before">The object before the change, or null if it is new.</param>
/// <param name="Now">The object after the change, or null if it was deleted.</param>
/// <param name="Final">The object in a DELETED event: its last state with this resourceVersion.</param>
public sealed record FakeChange(long Revision, string Plural, JsonObject? Before, JsonObject? Now, JsonObject? Final);
