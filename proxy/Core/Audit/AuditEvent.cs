using System.Text.Json.Nodes;

namespace ImdsProxy.Core.Audit;

/// <summary>An event in the audit log that is not a request.</summary>
/// <param name="Timestamp">The time of the event.</param>
/// <param name="Name">The event's name in the log, such as <c>policy-loaded</c>.</param>
/// <param name="Fields">Further fields, written next to the name.</param>
public sealed record AuditEvent(DateTimeOffset Timestamp, string Name, JsonObject Fields);
