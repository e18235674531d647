using System.Text.Json.Nodes;

namespace ImdsProxy.Core.Audit;

/// <summary>Something other than a request that an auditor asks about.</summary>
/// <param name="Timestamp">When.</param>
/// <param name="Name">Its name on the wire, for example <c>policy-loaded</c>.</param>
/// <param name="Fields">What else is told, written beside the name.</param>
public sealed record AuditEvent(DateTimeOffset Timestamp, string Name, JsonObject Fields);
