using System.Globalization;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>A random log before it is recorded.</summary>
internal sealed record SampleScene(PolicyDocument Before, PolicyDocument After, IReadOnlyList<SampleHabit> Habits)
{
    private const int Change = 6;

    public PolicyDocument PolicyOn(int day) => day < Change ? Before : After;

    public override string ToString() => string.Join('\n', [$"before {Before}", $"after {After}", .. Habits.Select(static habit => habit.ToString())]);
}

/// <summary>A request that a pod repeats.</summary>
internal sealed record SampleHabit(Caller.Pod Pod, string Method, string Target, bool IsProbe, int First, int Every, string Agent)
{
    /// <summary>The node of the pod.</summary>
    public int Node => Pod.Identity.Name.EndsWith('0') ? 0 : 1;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Pod.Identity} {Pod.Identity.ServiceAccount}: {Method} {Target}{(IsProbe ? " (probe)" : "")} from day {First} each {Every}, {Agent}");
}
