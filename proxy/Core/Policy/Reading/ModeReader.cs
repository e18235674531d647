using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Reads the mode of a policy or a rule, and the workloads in the other mode.</summary>
internal sealed class ModeReader(ProblemList problems)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly WorkloadReader _workloads = new(problems);

    /// <summary>The mode, or null if it is missing or invalid.</summary>
    public PolicyMode? Read(LocatedValue? at)
    {
        var mode = _scalars.Text(at) switch
        {
            "enforce" => PolicyMode.Enforce,
            "audit" => PolicyMode.Audit,
            _ => (PolicyMode?)null,
        };
        if (at?.Kind == System.Text.Json.JsonValueKind.String && mode is null)
        {
            problems.Error(at, "write enforce or audit");
        }

        return mode;
    }

    /// <summary>The workloads whose mode is not the policy's.</summary>
    public ImmutableArray<WorkloadMatch> ReadExceptions(Fields policy, PolicyMode? mode)
    {
        var enforceOnly = ReadList(policy, "enforceOnly", mode, PolicyMode.Audit);
        var auditOnly = ReadList(policy, "auditOnly", mode, PolicyMode.Enforce);
        return [.. enforceOnly, .. auditOnly];
    }

    /// <summary>The limit for requests that come through the node's network. Without the key, they are only audited.</summary>
    public HostNetworkPolicy ReadHostNetwork(LocatedValue? at)
    {
        if (at is null || Fields.Of(at, problems, "mode", "enforceOnly", "auditOnly") is not { } fields)
        {
            return HostNetworkPolicy.Audited;
        }

        var mode = Read(fields.Required("mode", "write \"mode\": \"enforce\", or \"audit\" to deny no pod on hostNetwork anything"));
        return new HostNetworkPolicy(mode ?? PolicyMode.Audit, ReadExceptions(fields, mode));
    }

    private ImmutableArray<WorkloadMatch> ReadList(Fields policy, string key, PolicyMode? mode, PolicyMode needed)
    {
        var at = policy[key];
        if (at is not null && mode is not null && mode != needed)
        {
            problems.Whole(ProblemSeverity.Error, at, mode == PolicyMode.Enforce
                ? "an enforcing policy names the workloads that are not yet enforced, in \"auditOnly\""
                : "an audit policy names the workloads that are already enforced, in \"enforceOnly\"");
        }

        return _workloads.Read(at, trustedOnly: true);
    }
}
