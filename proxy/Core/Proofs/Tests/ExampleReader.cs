using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads an entry of <c>examples</c>.</summary>
internal sealed class ExampleReader(ProblemList problems, TestNames names)
{
    private readonly ScalarReader _scalars = new(problems);
    private readonly ExampleCallerReader _callers = new(problems);
    private readonly ExampleAnswerReader _answers = new(problems);

    /// <summary>The test, or null if it has an error.</summary>
    public PolicyExample? Read(LocatedValue at)
    {
        if (Fields.Of(at, problems, "name", "caller", "request", "answer", "expect", "rule") is not { } fields)
        {
            return null;
        }

        var errors = problems.Errors;
        var name = names.Read(fields);
        var caller = _callers.Read(fields.Required("caller", "name the pod that asks: { \"namespace\": …, \"serviceAccount\": … }"));
        var request = Request(fields.Required("request", "write the request, such as \"GET /metadata/instance?api-version=2021-02-01\""));
        var answer = fields["answer"] is { } answerAt ? _answers.Read(answerAt, request) : null;
        var isAllowed = Expected(fields.Required("expect", "write allow or deny"));
        var rule = _scalars.Text(fields["rule"]);
        return problems.Errors == errors ? new PolicyExample(name, caller!, request!, answer, isAllowed, rule) : null;
    }

    private ImdsRequest? Request(LocatedValue? at)
    {
        if (_scalars.Text(at) is not { } line)
        {
            return null;
        }

        if (line.Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target])
        {
            problems.Error(at!, "write a method and a target, such as GET /metadata/instance?api-version=2021-02-01");
            return null;
        }

        var parsed = ImdsRequestParser.ParseTarget(method, target);
        if (parsed.Error is { } error)
        {
            problems.Error(at!, $"such a request is rejected whatever the policy says: {error.Message}");
        }

        return parsed.Request;
    }

    private bool Expected(LocatedValue? at)
    {
        var expected = _scalars.Text(at);
        if (expected is not (null or "allow" or "deny"))
        {
            problems.Error(at!, "write allow or deny");
        }

        return expected == "allow";
    }
}
