using System.Collections.Immutable;
using ImdsProxy.Kubernetes;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>The rights that the proxy uses with its settings.</summary>
internal static class NeededRights
{
    /// <param name="events">Whether the proxy creates Events.</param>
    /// <param name="startupTaint">Whether the proxy removes a startup taint.</param>
    /// <param name="configMaps">The ConfigMaps that the proxy watches.</param>
    public static ImmutableArray<Right> Of(bool events, bool startupTaint, ImmutableArray<string> configMaps) =>
    [
        .. from access in KubeAccess.All
           where access.Resource != "events" || events
           where access.Resource != "nodes" || startupTaint
           where access.Resource != "configmaps" || !configMaps.IsEmpty
           select new Right(access.Verb, "", access.Resource, access.Resource == "configmaps" ? configMaps : []),
    ];
}
