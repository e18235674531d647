using Xunit;

// Each test measures how soon something happens; two clusters at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
