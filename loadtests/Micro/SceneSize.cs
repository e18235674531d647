namespace ImdsProxy.LoadTests.Micro;

/// <summary>How many pods a node has and how many rules its policy.</summary>
public readonly record struct SceneSize(int Pods, int Rules)
{
    public override string ToString() => $"{Pods} pods, {Rules} rules";
}
