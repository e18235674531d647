namespace ImdsProxy.Doctor.Findings;

/// <summary>One check of the doctor. It changes nothing that lasts.</summary>
internal interface ICheck
{
    /// <summary>The name in the output, which scripts rely on: lower case, words joined by hyphens.</summary>
    string Name { get; }

    Task<Finding> RunAsync(CancellationToken cancellation);
}
