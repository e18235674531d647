using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Policy.Writing;
using ImdsProxy.Core.Tests.Policy;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>Random logs: pods of a few workloads ask on some days, under one policy after the other.</summary>
internal static class SampleLogs
{
    private const int Days = 12;

    /// <summary>Requests and the policies under which they are served: the first half of the days under one, the rest under the other.</summary>
    public static Gen<SampleScene> Scene =>
        from before in Policy
        from after in Policy
        from habits in Habit.ListOf().Resize(30)
        select new SampleScene(before, after, habits);

    /// <summary>A policy that the loader accepts, with rules that often have to do with the requests.</summary>
    public static Gen<PolicyDocument> Policy => PolicyGenerators.Document.Select(Loadable);

    private static Gen<SampleHabit> Habit =>
        from caller in Gen.Elements(Cluster.Pods.ToArray())
        from pod in Gen.Choose(0, 3)
        from target in PolicyGenerators.Target
        from isProbe in Gen.Frequency((8, Gen.Constant(false)), (1, Gen.Constant(true)))
        from first in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, Days - 1)))
        from every in Gen.Choose(1, 5)
        from agent in Gen.Elements("azsdk-net-Identity/1.21", "istio-proxy", "Go-http-client/1.1", "a\"},\"b\":{\"")
        select new SampleHabit(Pod(caller, pod), target.Method, target.Target, isProbe, first, every, agent);

    /// <summary>Records the requests of a scene: one log for each of two nodes.</summary>
    public static SampleLog[] Record(SampleScene scene)
    {
        SampleLog[] logs = [new("aks-1"), new("aks-2", "c0de")];
        foreach (var (day, habit) in Requests(scene))
        {
            new SampleProxy(scene.PolicyOn(day), logs[habit.Node]).Serve(At(day, habit), habit.Pod, habit.Target, habit.Method, habit.IsProbe, habit.Agent);
        }

        foreach (var habit in scene.Habits)
        {
            logs[habit.Node].SeePod(SampleLog.Day(Days), habit.Pod);
        }

        return logs;
    }

    /// <summary>The requests of a scene in order.</summary>
    public static IEnumerable<(int Day, SampleHabit Habit)> Requests(SampleScene scene) =>
        from day in Enumerable.Range(0, Days)
        from habit in scene.Habits
        where day >= habit.First && (day - habit.First) % habit.Every == 0
        select (day, habit);

    /// <summary>The policy without the rules that its loader refuses.</summary>
    public static PolicyDocument Loadable(PolicyDocument policy)
    {
        var good = policy.Rules.Where(rule => Load(policy with { Rules = [rule], ModeExceptions = [] }) is not null).ToList();
        var trusted = policy.ModeExceptions.Where(static match => match.Labels.IsDefaultOrEmpty && match.Owners.IsDefault);
        var cleaned = policy with { Rules = [.. good], ModeExceptions = [.. trusted] };
        return Load(cleaned) ?? Load(cleaned with { Rules = [] })!;
    }

    public static PolicyDocument? Load(PolicyDocument policy) => PolicyLoader.Load(PolicyWriter.Write(policy)).Document;

    private static DateTimeOffset At(int day, SampleHabit habit) => SampleLog.Day(day).AddMinutes(habit.Every);

    private static Caller.Pod Pod(Caller caller, int number)
    {
        var pod = ((Caller.Pod)caller).Identity;
        return SampleLog.Pod(pod.Namespace, pod.ServiceAccount, number.ToString(CultureInfo.InvariantCulture), pod.Owner, ("app", pod.ServiceAccount), ("pod-template-hash", $"x{number}"));
    }
}
