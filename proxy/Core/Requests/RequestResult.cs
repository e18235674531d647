using System.Diagnostics.CodeAnalysis;

namespace ImdsProxy.Core.Requests;

/// <summary>A canonical request, or the reason why the request is malformed.</summary>
public readonly struct RequestResult
{
    private RequestResult(ImdsRequest? request, RequestError? error)
    {
        Request = request;
        Error = error;
    }

    public ImdsRequest? Request { get; }

    public RequestError? Error { get; }

    [MemberNotNullWhen(true, nameof(Request))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsParsed => Request is not null;

    public static implicit operator RequestResult(ImdsRequest request) => new(request, null);

    public static implicit operator RequestResult(RequestError error) => new(null, error);

    public static RequestResult FromImdsRequest(ImdsRequest request) => request;

    public static RequestResult FromRequestError(RequestError error) => error;
}
