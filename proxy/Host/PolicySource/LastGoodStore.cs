using System.Text.Json;
using ImdsProxy.Runtime;

namespace ImdsProxy.PolicySource;

/// <summary>
/// Keeps the last good policy on disk, so that a restart without an API server, or with a broken ConfigMap, enforces
/// what was enforced before. Two instances may share the directory while one follows the other.
/// </summary>
internal sealed partial class LastGoodStore(string directory, TimeProvider time, ILogger<LastGoodStore> logger)
{
    // A policy of 1 MiB whose every character is escaped, and what is told of it.
    private const int Longest = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    private string PathOf => Path.Combine(directory, "last-good-policy.json");

    /// <summary>What was kept, or null.</summary>
    public LastGoodPolicy? Load()
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

    /// <summary>Keeps a policy, unless a later one is kept already. A failure is logged: the policy is in force without it.</summary>
    public async Task SaveAsync(LastGoodPolicy policy, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(directory);
            await using var held = await LockAsync(cancellation);
            if (Load() is not { } kept || policy.IsNewerThan(kept))
            {
                Write(policy);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, PathOf, e.Message);
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

    // On Unix an exclusive FileStream is an flock: it ends with its process, however that ends.
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
        [LoggerMessage(1, LogLevel.Warning, "The last good policy {Path} can't be read: {Failure}", EventName = "LastGoodPolicyNotRead")]
        public static partial void NotRead(ILogger logger, string path, string failure);

        [LoggerMessage(2, LogLevel.Warning, "The policy could not be kept as {Path}, a restart would not know it: {Failure}", EventName = "LastGoodPolicyNotKept")]
        public static partial void NotKept(ILogger logger, string path, string failure);
    }
}
