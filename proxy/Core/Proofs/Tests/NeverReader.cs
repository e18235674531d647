using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads an entry of <c>never</c>.</summary>
internal sealed class NeverReader(ProblemList problems, TestNames names, AliasBook aliases)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly WorkloadReader _workloads = new(problems);
    private readonly PermissionReader _permissions = new(problems, aliases);

    /// <summary>The test, or null if the entry is not an object.</summary>
    public PolicyNever? Read(LocatedValue at) =>
        Fields.Of(at, problems, "name", "workloads", "except", "allow") is not { } fields ? null : new PolicyNever(
            names.Read(fields),
            _workloads.Read(fields.Required("workloads", "name the workloads that must not be permitted it; [ {} ] is every pod")),
            _workloads.Read(fields["except"]),
            [.. _scalars.List(fields.Required("allow", "write what must not be permitted, as in a rule's \"deny\"; [ {} ] is everything"), "write what must not be permitted; [ {} ] is everything").Select(Goal).OfType<DenyPermission>()]);

    private DenyPermission? Goal(LocatedValue at)
    {
        foreach (var quiet in at.Members.Where(static member => member.Name == "quiet"))
        {
            problems.Key(quiet, "a test denies nothing, so there is nothing to keep quiet about: leave it out");
        }

        return _permissions.ReadDeny(at);
    }
}
