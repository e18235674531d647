using System.Text;
using ImdsProxy.Audit.Write;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A stdout that can be read, and broken.</summary>
internal sealed class FakeOutput : IRecordOutput
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public bool Broken { get; set; }

    /// <summary>What writing throws that no output is known to throw, or null.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How often it was thrown.</summary>
    public int Faults { get; private set; }

    /// <summary>Keeps whoever writes until it is set; null where nobody is kept.</summary>
    public ManualResetEventSlim? Held { get; set; }

    /// <summary>Whether the write of whoever was kept fails then.</summary>
    public bool FailsOnRelease { get; set; }

    /// <summary>Whether someone is kept.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>Who wrote last.</summary>
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
