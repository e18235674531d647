using ImdsProxy.Core.Policy;

namespace ImdsProxy.Workbench;

/// <summary>A name in a tests file that the policy does not mention.</summary>
internal sealed record TestWarningJson(string File, int Line, string Pointer, string Message)
{
    public static TestWarningJson Of(string file, PolicyProblem warning) => new(file, warning.Line, warning.Pointer, warning.Message);
}
