using System.Globalization;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.WebConsole.Answers;

namespace ImdsProxy.WebConsole.Inputs;

/// <summary>Reads the filters of the page's address: those of <c>audit search</c>, negated with the prefix <c>not.</c>.</summary>
internal static class RecordsQuestion
{
    private const string Not = "not.";

    /// <summary>Reads a query string.</summary>
    /// <exception cref="ConsoleProblem">A filter is unknown or its value is invalid.</exception>
    public static AuditQuestion Of(IQueryCollection parameters, TimeProvider time)
    {
        try
        {
            var question = new AuditQuestion(
                [.. parameters.Where(static parameter => parameter.Key is not ("since" or "until" or "last")).SelectMany(static parameter => parameter.Value.Select(value => TermOf(parameter.Key, value ?? "")))],
                Moment(parameters["since"], time),
                Moment(parameters["until"], time));
            question.Compile();
            return question;
        }
        catch (FormatException e)
        {
            throw Wrong(e.Message);
        }
    }

    /// <summary>The number of records that are asked for.</summary>
    /// <exception cref="ConsoleProblem">It is no number, or too large.</exception>
    public static int Last(IQueryCollection parameters, int otherwise, int most) =>
        parameters["last"].ToString() is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw Wrong($"last: write a number from 1 to {most}");

    private static AuditTerm TermOf(string key, string value) =>
        key.StartsWith(Not, StringComparison.Ordinal) ? new AuditTerm(key[Not.Length..], value, true) : new AuditTerm(key, value, false);

    private static DateTimeOffset? Moment(string? text, TimeProvider time) => string.IsNullOrEmpty(text) ? null : AuditMoment.Parse(text, time.GetUtcNow());

    private static ConsoleProblem Wrong(string message) => new(StatusCodes.Status400BadRequest, "bad_request", message);
}
