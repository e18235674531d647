using System.Text;
using ImdsProxy.Audit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>A stdout that can be read, and broken.</summary>
internal sealed class FakeOutput : IRecordOutput
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public bool Broken { get; set; }

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

        lock (_gate)
        {
            _text.Append(Encoding.UTF8.GetString(lines));
        }
    }
}
