using System.Text.Json;
using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>
/// Keeps the last valid policy on disk, so that a restart without the API server, or with an invalid ConfigMap, enforces the same
/// policy as before. Two instances may share the directory while one replaces the other.
/// </summary>
internal sealed partial class LastGoodStore(string directory, TimeProvider time, ILogger<LastGoodStore> logger)
{
    // The size of a policy of 1 MiB with every character escaped, and of its metadata.
    private const int Longest = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    /// <summary>Identifies this release, or null if it has no identifier. A policy that another release kept is not loaded.</summary>
    public string? Release { get; init; }

    /// <summary>Whether policies are no longer kept, because the release is being uninstalled.</summary>
    public Func<bool> IsClosed { get; init; } = static () => false;

    private string PathOf => Path.Combine(directory, "last-good-policy.json");

    /// <summary>The policy that this release kept, or null.</summary>
    public LastGoodPolicy? Load()
    {
        var kept = Read();
        if (kept is not null && kept.Release != Release)
        {
            Log.OfAnother(logger, PathOf, kept.Version);
            return null;
        }

        return kept;
    }

    private LastGoodPolicy? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(BoundedFile.Read(PathOf, Longest), LastGoodJson.Default.LastGoodPolicy);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.NotRead(logger, PathOf, e.Message);
            return null;
        }
    }

    /// <summary>Keeps a policy, unless a later policy is already kept. If this fails, the failure is logged and the policy stays in force.</summary>
    public async Task SaveAsync(LastGoodPolicy policy, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(directory);
            await using var held = await LockAsync(cancellation);
            var ours = policy with { Release = Release };
            if (!IsClosed() && (Read() is not { } kept || ours.IsNewerThan(kept)))
            {
                Write(ours);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, PathOf, e.Message);
        }
    }

    /// <summary>Removes the kept policy, regardless of the release that kept it. A failure is logged; the next release does not use the file.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        try
        {
            await using var held = await LockAsync(cancellation);
            File.Delete(PathOf);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotForgotten(logger, PathOf, e.Message);
        }
    }

    private void Write(LastGoodPolicy policy)
    {
        var temporary = Path.Combine(directory, $".last-good-policy.{Guid.NewGuid():N}");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, policy, LastGoodJson.Default.LastGoodPolicy);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathOf, overwrite: true);
            DurableDirectory.Flush(directory);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // On Unix, an exclusive FileStream holds an flock. The kernel releases the flock when the process ends, even if the process is killed.
    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Retry, time, cancellation);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "LastGoodPolicyNotRead", Level = LogLevel.Warning, Message = "The last good policy {Path} can't be read: {Failure}")]
        public static partial void NotRead(ILogger logger, string path, string failure);

        [LoggerMessage(EventName = "LastGoodPolicyNotKept", Level = LogLevel.Warning, Message = "The policy could not be kept in {Path}, so it would be lost at a restart: {Failure}")]
        public static partial void NotKept(ILogger logger, string path, string failure);

        [LoggerMessage(EventName = "LastGoodPolicyOfAnother", Level = LogLevel.Information, Message = "The last good policy {Path} (resourceVersion {Version}) was kept by another release and is not used")]
        public static partial void OfAnother(ILogger logger, string path, string version);

        [LoggerMessage(EventName = "LastGoodPolicyNotRemoved", Level = LogLevel.Warning, Message = "The last good policy {Path} could not be removed at the uninstall; remove it by hand: {Failure}")]
        public static partial void NotForgotten(ILogger logger, string path, string failure);
    }
}
