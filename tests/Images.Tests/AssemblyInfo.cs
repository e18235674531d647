using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Nodes share the machine's container engine, and each test waits for how soon something happens.
[assembly: Parallelization(Mode = ParallelMode.None)]

[assembly: SupportedOSPlatform("linux")]
