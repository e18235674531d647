namespace ImdsProxy.LoadTests.Micro;

/// <summary>The numbers of pods and rules. Its text is short, because the table truncates it.</summary>
public readonly record struct SceneSize(int Pods, int Rules)
{
    public override string ToString() => $"{Pods} / {Rules}";
}
