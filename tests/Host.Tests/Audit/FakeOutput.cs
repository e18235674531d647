using System.Text;
using ImdsProxy.Audit.Write;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A stdout that tests can read and make fail.</summary>
internal sealed class FakeOutput : IRecordOutput
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public bool Broken { get; set; }

    /// <summary>An exception of a type that no output is known to throw, thrown by each write; or null.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How many times the exception was thrown.</summary>
    public int Faults { get; private set; }

    /// <summary>Holds writers until it is set; null to hold none.</summary>
    public ManualResetEventSlim? Held { get; set; }

    /// <summary>Whether a held write fails when it is released.</summary>
    public bool FailsOnRelease { get; set; }

    /// <summary>Whether a write is being held.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>The thread that wrote last.</summary>
    public Thread? LastWriter { get; private set; }

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        if (Broken)
        {
            throw new IOException("broken pipe");
        }

        if (Fault is { } fault)
        {
            Faults++;
            throw fault;
        }

        if (Held is { } held)
        {
            IsHolding = true;
            held.Wait();
            IsHolding = false;
            if (FailsOnRelease)
            {
                FailsOnRelease = false;
                throw new IOException("broken pipe");
            }
        }

        lock (_gate)
        {
            LastWriter = Thread.CurrentThread;
            _text.Append(Encoding.UTF8.GetString(lines));
        }
    }
}
