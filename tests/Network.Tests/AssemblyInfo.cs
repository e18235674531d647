using Xunit.Sdk;
using Xunit.v3;

// Each test measures how soon something happens; two clusters at once would measure each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
