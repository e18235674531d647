namespace ImdsProxy.WebConsole.Answers;

/// <summary>A request that cannot be answered. The message names the cause and the cure.</summary>
internal sealed class ConsoleProblem(int status, string error, string message) : Exception(message)
{
    public int Status => status;

    public string Error => error;
}
