namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>Shows how many parts have answered.</summary>
internal interface INodeProgress
{
    void Report(int answered, int asked);
}
