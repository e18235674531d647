namespace ImdsProxy.Audit.Search;

/// <summary>Starts work on the caller's scheduler. A caller that runs on one thread at a time keeps it that way.</summary>
internal static class SameScheduler
{
    public static Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current).Unwrap();
}
