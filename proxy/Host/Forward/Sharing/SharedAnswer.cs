namespace ImdsProxy.Forward.Sharing;

/// <summary>An answer, held for one request until it is disposed of.</summary>
internal readonly record struct SharedAnswer(ImdsAnswer Answer, AnswerOrigin Origin) : IDisposable
{
    public void Dispose() => Answer.Release();
}
