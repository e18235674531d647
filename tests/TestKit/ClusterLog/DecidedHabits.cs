using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>Makes the records of habits, as the proxy would record them under the policy in force.</summary>
internal sealed class DecidedHabits
{
    private readonly PolicySnapshot _policy = PolicySnapshot.Compile(PolicyLoader.Load(Encoding.UTF8.GetBytes(ClusterHabits.Policy)).Document!);
    private readonly ImmutableArray<Decided> _habits;

    public DecidedHabits(ImmutableArray<ClusterHabit> habits) => _habits = [.. habits.Select(Decide)];

    public AuditRecord Record(int number, Caller.Pod pod, DateTimeOffset at, long seq)
    {
        var (habit, request, verdict, reason, rule) = _habits[number];
        var isAnswered = !habit.IsProbe;
        return new AuditRecord
        {
            Timestamp = at,
            Id = string.Create(CultureInfo.InvariantCulture, $"0HNH{seq:X8}:00000001"),
            Verdict = verdict,
            Reason = reason,
            Rule = rule,
            Mode = PolicyMode.Audit,
            PolicyRevision = _policy.Revision,
            Caller = pod,
            CallerIp = ClusterPods.AddressOf(pod),
            CallerPort = 30_000 + (int)(seq % 30_000),
            CallerInterface = "azv7a1",
            Request = request,
            Probe = habit.IsProbe,
            UserAgent = habit.Agent,
            Status = habit.Status,
            Bytes = 1500 + (seq % 500),
            Issued = habit.ClientId is { } clientId && isAnswered ? new IssuedCredential(_policy.AliasOf(clientId), clientId, habit.Resource, at.AddHours(24), $"uti{seq:x}") : null,
            UpstreamStatus = isAnswered ? habit.Status : null,
            UpstreamMilliseconds = isAnswered ? 3 + (seq % 100 / 10d) : null,
            Milliseconds = 3.2 + (seq % 100 / 10d),
        };
    }

    private Decided Decide(ClusterHabit habit)
    {
        var request = ImdsRequestParser.ParseTarget(habit.Method, habit.Target).Request ?? throw new InvalidOperationException($"no request: {habit.Target}");
        var caller = new Caller.Pod(new PodIdentity(habit.Namespace, "", "", habit.ServiceAccount, null, []));
        if (habit.IsProbe)
        {
            return new Decided(habit, request, _policy.DecideProbe(caller, request) is null ? Verdict.Rejected : Verdict.WouldDeny, Reason.MissingHeader, null);
        }

        var first = _policy.Decide(caller, request);
        var decision = first is Permit && habit.ClientId is { } clientId ? _policy.DecideAnswer(caller, request, new CredentialAnswer(clientId, habit.Resource)) : first;
        var permit = (Permit)decision;
        return new Decided(habit, request, permit.Shadow is null ? Verdict.Allowed : Verdict.WouldDeny, permit.Reason, permit.Rule);
    }

    private sealed record Decided(ClusterHabit Habit, ImdsRequest Request, Verdict Verdict, Reason Reason, string? Rule);
}
