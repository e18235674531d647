namespace ImdsProxy.LoadTests.Stores;

/// <summary>What an answer took.</summary>
/// <param name="Wall">From the question until all of the answer was there.</param>
/// <param name="Processor">The processor time of the engine and, for a command, of the program.</param>
/// <param name="Rows">The lines of the answer.</param>
internal readonly record struct StoreAnswer(TimeSpan Wall, TimeSpan Processor, int Rows);
