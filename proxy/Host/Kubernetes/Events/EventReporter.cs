using System.Globalization;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes.Events;

/// <summary>Creates the Events that this proxy reports on this node.</summary>
/// <param name="node">The node's name.</param>
/// <param name="time">The clock.</param>
/// <param name="policy">Returns the policy in force, or null before the first one.</param>
internal sealed class EventReporter(string node, TimeProvider time, Func<PolicySnapshot?> policy)
{
    public const string Component = "imds-proxy";

    /// <summary>The length limit of events.k8s.io (validation.go, NoteLengthLimit). kubectl shows a message of this length in full.</summary>
    public const int LongestMessage = 1024;

    /// <summary>Builds the Event about a pod that was denied access.</summary>
    public EventObject OfDenial((AuditRecord Last, DateTimeOffset Since, int Count) denial)
    {
        var pod = ((Caller.Pod)denial.Last.Caller).Identity;
        var reason = denial.Last.Verdict == Verdict.WouldDeny ? "ImdsAccessWouldBeDenied" : "ImdsAccessDenied";
        return Warning(
            new ObjectReference("v1", "Pod", pod.Namespace, pod.Name, pod.Uid),
            reason, DenialMessage.Of(denial.Last, policy()), denial.Since, denial.Last.Timestamp, denial.Count);
    }

    /// <summary>Builds the Event about a ConfigMap whose policy was refused.</summary>
    public EventObject OfRefusedPolicy(string ns, string name, string uid, string errors) =>
        Warning(
            new ObjectReference("v1", "ConfigMap", ns, name, uid),
            "ImdsPolicyRefused", errors, time.GetUtcNow(), time.GetUtcNow(), 1);

    /// <summary>Builds the Event about the removal of this node's startup taint.</summary>
    public EventObject OfStartupTaint(NodeObject subject, string key) =>
        // A node has no namespace. Events about objects without a namespace must be in the namespace default
        // (validation/events.go).
        Make("Normal", "default", new ObjectReference("v1", "Node", "", subject.Metadata.Name, subject.Metadata.Uid),
            "ImdsStartupTaintRemoved", $"The redirect to ImdsProxy is in place and a policy is in force: the taint {key} was removed", time.GetUtcNow(), time.GetUtcNow(), 1);

    private EventObject Warning(ObjectReference subject, string reason, string message, DateTimeOffset first, DateTimeOffset last, int count) =>
        Make("Warning", subject.Namespace, subject, reason, message, first, last, count);

    private EventObject Make(
        string type, string ns, ObjectReference subject, string reason, string message, DateTimeOffset first, DateTimeOffset last, int count) => new(
        new EventMeta(UniqueName(subject.Name), ns),
        subject,
        type,
        reason,
        message.Length <= LongestMessage ? message : message[..(LongestMessage - 1)] + "…",
        new EventSource(Component, node),
        Text(first),
        Text(last),
        count,
        Component,
        node);

    // Kubernetes' own clients use the object's name plus a unique suffix. A name may have at most 253 characters.
    private static string UniqueName(string name) =>
        $"{(name.Length <= 200 ? name : name[..200].TrimEnd('-', '.'))}.{Guid.NewGuid():N}";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
