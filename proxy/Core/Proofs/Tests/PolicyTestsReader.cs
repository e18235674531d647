using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads a document of tests.</summary>
internal sealed class PolicyTestsReader(ProblemList problems, AliasBook aliases)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly TestNames _names = new(problems);

    /// <summary>The tests. Null if the root is not an object. Incomplete if there are errors.</summary>
    public PolicyTests? Read(LocatedValue root)
    {
        if (DocumentKinds.IsPolicy(root))
        {
            problems.Whole(ProblemSeverity.Error, root, "this is a policy, not a file of tests: give the policy first and its tests after it");
            return null;
        }

        if (Fields.Of(root, problems, "version", "examples", "never") is not { } fields)
        {
            return null;
        }

        CheckVersion(fields.Required("version", "write \"version\": 1"));
        if (fields["examples"] is null && fields["never"] is null)
        {
            problems.Whole(ProblemSeverity.Error, root, "there is no test: write \"examples\" or \"never\"");
        }

        var examples = new ExampleReader(problems, _names);
        var nevers = new NeverReader(problems, _names, aliases);
        return new PolicyTests(
            [.. _scalars.List(fields["examples"], "write an example, or leave the key out").Select(examples.Read).OfType<PolicyExample>()],
            [.. _scalars.List(fields["never"], "write what must not be permitted, or leave the key out").Select(nevers.Read).OfType<PolicyNever>()]);
    }

    private void CheckVersion(LocatedValue? at)
    {
        if (at is not null && (at.Kind != JsonValueKind.Number || at.Text != "1"))
        {
            problems.Error(at, "this is the version of the format, which is 1: write 1");
        }
    }
}
