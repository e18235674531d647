namespace ImdsProxy.LoadTests.Micro;

/// <summary>How many pods a node has and how many rules its policy; short, or the table cuts it.</summary>
public readonly record struct SceneSize(int Pods, int Rules)
{
    public override string ToString() => $"{Pods} / {Rules}";
}
