using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Forward.Sharing;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Serving;

/// <summary>Has the cache forget the credentials that a new policy permits to no caller.</summary>
internal sealed class ForbiddenAnswers(AnswerSharing sharing) : IPolicyObserver
{
    public Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source)
    {
        sharing.ForgetForbidden();
        return Task.CompletedTask;
    }
}
