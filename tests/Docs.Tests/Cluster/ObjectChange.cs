using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>What a watch tells of.</summary>
internal sealed record ObjectChange(string Kind, string Type, JsonObject Object);
