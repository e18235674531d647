using System.CommandLine;

namespace ImdsProxy.Commands.Policy;

/// <summary>The flag <c>-o</c>: in which form an answer is written.</summary>
internal static class OutputFlag
{
    public static Option<string> Of(params string[] forms)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"{string.Join(", ", forms[..^1])} or {forms[^1]}",
            DefaultValueFactory = _ => forms[0],
        };
        option.AcceptOnlyFromAmong(forms);
        return option;
    }
}
