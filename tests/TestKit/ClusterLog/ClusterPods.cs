using System.Globalization;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>The pods of a workload on one node and day. Rollouts replace them every few days.</summary>
internal static class ClusterPods
{
    private const int DaysBetweenRollouts = 6;
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>The pods that send a habit's requests on a node and day.</summary>
    public static IEnumerable<Caller.Pod> On(ClusterHabit habit, int node, int nodes, int day)
    {
        if (day < habit.FirstDay || day >= habit.EndDay)
        {
            return [];
        }

        var rollout = day / DaysBetweenRollouts;
        return habit.OwnerKind switch
        {
            "DaemonSet" => [Pod(habit, node, rollout)],
            "CronJob" => (day - habit.FirstDay) % habit.DaysBetweenRuns == 0 && NodeOf(habit, 0, day, nodes) == node ? [Pod(habit, 0, day)] : [],
            _ => Enumerable.Range(0, habit.Replicas)
                .Where(replica => habit.OnlyReplica is null || habit.OnlyReplica == replica)
                .Where(replica => NodeOf(habit, replica, rollout, nodes) == node)
                .Select(replica => Pod(habit, replica, rollout)),
        };
    }

    /// <summary>The address of a pod.</summary>
    public static IPAddress AddressOf(Caller.Pod pod)
    {
        var number = StableNumber.Of(pod.Identity.Uid);
        return new IPAddress([10, 244, (byte)(number >> 8), (byte)(number | 2)]);
    }

    // All habits of a workload have the same pods.
    private static int NodeOf(ClusterHabit habit, int replica, int generation, int nodes) =>
        StableNumber.Of($"{habit.Namespace}/{habit.ServiceAccount}", replica, generation) % nodes;

    private static Caller.Pod Pod(ClusterHabit habit, int replica, int generation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{habit.ServiceAccount}-{Letters(StableNumber.Of(habit.Namespace + habit.ServiceAccount, generation))}-{Letters(StableNumber.Of(habit.Namespace, replica, generation))}");
        var uid = new Guid(StableNumber.Of($"{habit.Namespace}/{name}"), (short)replica, (short)generation, 0, 0, 0, 0, 0, 0, 0, 2).ToString();
        return new Caller.Pod(new PodIdentity(
            habit.Namespace, name, uid, habit.ServiceAccount, $"{habit.OwnerKind}/{habit.ServiceAccount}", [KeyValuePair.Create("app", habit.ServiceAccount)]));
    }

    private static string Letters(int number)
    {
        Span<char> letters = stackalloc char[5];
        foreach (ref var letter in letters)
        {
            letter = Alphabet[number % Alphabet.Length];
            number /= Alphabet.Length;
        }

        return letters.ToString();
    }
}
