namespace ImdsProxy.Forward.Sharing;

/// <summary>An answer with one request's hold on it, which disposing releases.</summary>
internal readonly record struct SharedAnswer(ImdsAnswer Answer, AnswerOrigin Origin) : IDisposable
{
    public void Dispose() => Answer.Release();
}
