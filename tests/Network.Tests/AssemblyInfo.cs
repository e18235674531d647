using Xunit.Sdk;
using Xunit.v3;

// Each test measures how soon something happens. Two clusters at once would disturb each other's measurements.
[assembly: Parallelization(Mode = ParallelMode.None)]
