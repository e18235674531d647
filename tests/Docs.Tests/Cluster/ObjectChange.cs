using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>A change that a watch reports.</summary>
internal sealed record ObjectChange(string Kind, string Type, JsonObject Object);
