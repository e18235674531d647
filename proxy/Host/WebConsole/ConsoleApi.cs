using System.Collections.Frozen;
using ImdsProxy.Runtime;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;
using ImdsProxy.WebConsole.Views;

namespace ImdsProxy.WebConsole;

/// <summary>The paths of <c>/api/v1</c>. All except the exchange of the one-time token need the bearer token.</summary>
internal sealed class ConsoleApi
{
    private const string Prefix = "/api/v1/";

    private readonly ConsoleSessions _sessions;
    private readonly FrozenDictionary<string, RequestDelegate> _handlers;

    public ConsoleApi(IAuditSource source, string? policyPath, ConsoleSessions sessions, TimeProvider time)
    {
        _sessions = sessions;
        var policy = new ConsolePolicy(policyPath);
        var log = new LogReading(source, time);
        var records = new RecordsView(source, time);
        var draft = new DraftView(log, policy, source.Names);
        _handlers = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
        {
            ["GET state"] = new StateView(log, policy, source.Names, time).HandleAsync,
            ["GET rollout"] = new RolloutView(log, policy).HandleAsync,
            ["GET access"] = new AccessView(log, policy).HandleAsync,
            ["GET records"] = records.HandleAsync,
            ["GET records/live"] = records.HandleLiveAsync,
            ["POST explain"] = new ExplainView(policy).HandleAsync,
            ["POST draft/base"] = draft.HandleBaseAsync,
            ["POST draft/check"] = DraftView.HandleCheckAsync,
            ["POST draft/suggest"] = draft.HandleSuggestAsync,
            ["GET draft/reasons"] = DraftView.HandleReasonsAsync,
            ["POST draft/simulate"] = draft.HandleSimulateAsync,
            ["POST draft/diff"] = draft.HandleDiffAsync,
            ["GET exposure"] = new ExposureView(source, log, time).HandleAsync,
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Answers a request below <c>/api/</c>.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (ConsoleProblem e) when (!context.Response.HasStarted)
        {
            await ConsoleAnswer.RefuseAsync(context, e.Status, e.Error, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected.
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var name = context.Request.Path.Value is { } path && path.StartsWith(Prefix, StringComparison.Ordinal) ? $"{context.Request.Method} {path[Prefix.Length..]}" : "";
        return name == "POST session" ? BeginSessionAsync(context)
            : !_sessions.Allows(context.Request) ? ConsoleAnswer.RefuseAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", "open the URL that imds-proxy console prints")
            : _handlers.GetValueOrDefault(name) is { } handle ? handle(context)
            : ConsoleAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "not_found", "there is nothing at this path");
    }

    private async Task BeginSessionAsync(HttpContext context)
    {
        var asked = await ConsoleAnswer.ReadAsync(context, AnswerJson.Default.SessionRequest);
        await (_sessions.Exchange(asked.Token) is { } bearer
            ? ConsoleAnswer.SendAsync(context, new SessionAnswer(bearer, BuildInfo.Current.Version), AnswerJson.Default.SessionAnswer)
            : ConsoleAnswer.RefuseAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", "the token of this URL was used or is too old: press Enter in the console's terminal for another URL"));
    }
}
