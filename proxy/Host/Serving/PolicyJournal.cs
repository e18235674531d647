using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving;

/// <summary>Reports each change of the policy: in the log, the metrics and the audit log.</summary>
internal sealed partial class PolicyJournal(AuditLog audit, ProxyMetrics metrics, TimeProvider time, ILogger<PolicyJournal> logger) : IPolicyObserver
{
    public async Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source)
    {
        metrics.PolicyLoaded(now.Revision, now.Mode);
        foreach (var warning in load.Problems)
        {
            Log.PolicyWarning(logger, source, warning.Line, warning.Pointer, warning.Message);
        }

        if (await audit.KeepPolicyAsync(now.Revision, content) is { } failure)
        {
            Log.PolicyNotKept(logger, now.Revision, failure);
        }

        var change = PolicyChange.Between(before, now);
        Log.PolicyLoaded(logger, now.Revision, before?.Revision ?? "none", now.Mode.Name(), source, change.Added.Length, change.Removed.Length, change.Changed.Length);
        await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "policy-loaded", new JsonObject
        {
            ["revision"] = now.Revision,
            ["previousRevision"] = before?.Revision,
            ["mode"] = now.Mode.Name(),
            ["rulesAdded"] = Names(change.Added),
            ["rulesRemoved"] = Names(change.Removed),
            ["rulesChanged"] = Names(change.Changed),
            ["source"] = source,
        }));
        if (before is not null && before.Mode != now.Mode)
        {
            Log.ModeChanged(logger, before.Mode.Name(), now.Mode.Name());
            await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "mode-changed", new JsonObject { ["from"] = before.Mode.Name(), ["to"] = now.Mode.Name() }));
        }
    }

    public async Task RefusedAsync(PolicyLoad load, string source)
    {
        metrics.PolicyRefused();
        var errors = load.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).ToList();
        foreach (var error in errors)
        {
            Log.PolicyError(logger, source, error.Line, error.Pointer, error.Message);
        }

        Log.PolicyRefused(logger, source, errors.Count);
        await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "policy-refused", new JsonObject
        {
            ["source"] = source,
            ["refusedRevision"] = load.Revision,
            ["errors"] = new JsonArray([.. errors.Select(error => (JsonNode)$"line {error.Line}: {error.Pointer}: {error.Message}")]),
        }));
    }

    public async Task GoneAsync(string source)
    {
        Log.PolicyGone(logger, source);
        await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "uninstalling", new JsonObject
        {
            ["source"] = source,
            ["reason"] = "the policy was deleted with its release",
        }));
    }

    private static JsonArray Names(ImmutableArray<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    private static partial class Log
    {
        [LoggerMessage(EventName = "PolicyLoaded", Level = LogLevel.Information, Message = "Policy {Revision} (before: {Before}) is in force, mode {Mode}, from {Source}: {Added} rules added, {Removed} removed, {Changed} changed")]
        public static partial void PolicyLoaded(ILogger logger, string revision, string before, string mode, string source, int added, int removed, int changed);

        [LoggerMessage(EventName = "PolicyWarning", Level = LogLevel.Warning, Message = "{Source}:{Line}: {Pointer}: {Problem}")]
        public static partial void PolicyWarning(ILogger logger, string source, int line, string pointer, string problem);

        [LoggerMessage(EventName = "PolicyError", Level = LogLevel.Error, Message = "{Source}:{Line}: {Pointer}: {Problem}")]
        public static partial void PolicyError(ILogger logger, string source, int line, string pointer, string problem);

        [LoggerMessage(EventName = "PolicyRefused", Level = LogLevel.Error, Message = "The policy of {Source} is refused because of {Errors} errors; the policy in force does not change")]
        public static partial void PolicyRefused(ILogger logger, string source, int errors);

        [LoggerMessage(EventName = "PolicyGone", Level = LogLevel.Information, Message = "The policy of {Source} was deleted with its release; the last policy stays in force until this proxy ends")]
        public static partial void PolicyGone(ILogger logger, string source);

        [LoggerMessage(EventName = "PolicyNotKept", Level = LogLevel.Warning, Message = "Policy {Revision} could not be kept beside the audit log: {Failure}")]
        public static partial void PolicyNotKept(ILogger logger, string revision, string failure);

        [LoggerMessage(EventName = "ModeChanged", Level = LogLevel.Warning, Message = "The mode changed from {From} to {To}")]
        public static partial void ModeChanged(ILogger logger, string from, string to);
    }
}
