using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>Writes the lines of one node, in the order of their times, by the product's own writer.</summary>
internal sealed class ClusterNode
{
    // Nobody verifies a generated chain, so all links are the same.
    private static readonly byte[] Prev = Encoding.ASCII.GetBytes(new string('a', 64));

    private readonly int _number;
    private readonly ClusterLogSize _size;
    private readonly ImmutableArray<ClusterHabit> _habits;
    private readonly DecidedHabits _decided;
    private readonly AuditRecordWriter _writer;
    private readonly ArrayBufferWriter<byte> _rest = new(2048);
    private readonly ArrayBufferWriter<byte> _line = new(2048);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Stream _output;
    private long _seq;

    public ClusterNode(int number, ClusterLogSize size, ImmutableArray<ClusterHabit> habits, DecidedHabits decided, Stream output)
    {
        (_number, _size, _habits, _decided, _output) = (number, size, habits, decided, output);
        _writer = new AuditRecordWriter(new AuditOrigin("prod-weu", NameOf(number), InstanceOf(number)));
    }

    /// <summary>The start of all generated logs.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The number of requests that were written.</summary>
    public long Requests { get; private set; }

    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"aks-nodepool1-{number:d3}");

    public static string InstanceOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:x4}");

    public void Write()
    {
        var day = new List<Due>();
        for (var number = 0; number < _size.Days; number++)
        {
            day.Clear();
            Fill(day, number);
            day.Sort(static (one, other) => one.At.CompareTo(other.At));
            day.ForEach(Write);
        }
    }

    private void Fill(List<Due> day, int number)
    {
        var begin = TimeSpan.FromDays(number);
        for (var hour = 0; hour < 24; hour++)
        {
            day.Add(new Due(begin + TimeSpan.FromHours(hour) + TimeSpan.FromSeconds(1), -1, null));
        }

        if (ClusterGaps.TellsRemoval(_number, number))
        {
            day.Add(new Due(begin + TimeSpan.FromSeconds(2), -2, null));
        }

        for (var habit = 0; habit < _habits.Length; habit++)
        {
            foreach (var pod in ClusterPods.On(_habits[habit], _number, _size.Nodes, number))
            {
                Fill(day, begin, habit, pod);
            }
        }
    }

    private void Fill(List<Due> day, TimeSpan begin, int habit, Caller.Pod pod)
    {
        var every = _habits[habit].OwnerKind == "CronJob" ? TimeSpan.FromDays(1) : _habits[habit].Every;
        var phase = TimeSpan.FromTicks(StableNumber.Of(pod.Identity.Uid, habit) % every.Ticks);
        for (var at = phase; at < TimeSpan.FromDays(1); at += every)
        {
            day.Add(new Due(begin + at, habit, pod));
        }
    }

    private void Write(Due due)
    {
        if (ClusterGaps.IsOff(_number, due.At))
        {
            return;
        }

        if (due.Pod is not { } pod)
        {
            Event(due.At, due.Habit == -1 ? "alive" : "segments-removed", due.Habit == -1 ? [] : new JsonObject { ["segments"] = new JsonArray("audit-0.jsonl") });
            return;
        }

        if (_seen.Add(pod.Identity.Uid))
        {
            Event(due.At, "pod-seen", new JsonObject
            {
                ["namespace"] = pod.Identity.Namespace,
                ["pod"] = pod.Identity.Name,
                ["uid"] = pod.Identity.Uid,
                ["serviceAccount"] = pod.Identity.ServiceAccount,
                ["owner"] = pod.Identity.Owner,
                ["labels"] = new JsonObject { ["app"] = pod.Identity.ServiceAccount },
            });
        }

        _rest.ResetWrittenCount();
        var record = _decided.Record(due.Habit, pod, Start + due.At, _seq);
        Append(due.At, _writer.Write(_rest, record));
        Requests++;
    }

    private void Event(TimeSpan at, string name, JsonObject fields)
    {
        _rest.ResetWrittenCount();
        Append(at, _writer.Write(_rest, new AuditEvent(Start + at, name, fields)));
    }

    private void Append(TimeSpan at, int place)
    {
        _seq++;
        if (ClusterGaps.IsLost(_number, at))
        {
            return;
        }

        _line.ResetWrittenCount();
        _line.Write(_rest.WrittenSpan[..place]);
        ChainPlace.Write(_line, _seq, Prev);
        _line.Write(_rest.WrittenSpan[place..]);
        _output.Write(_line.WrittenSpan);
    }

    // A habit of -1 is the hourly sign of life, and -2 the report of a removal.
    private readonly record struct Due(TimeSpan At, int Habit, Caller.Pod? Pod);
}
