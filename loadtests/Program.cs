using ImdsProxy.LoadTests;

return await Scenarios.RunAsync(args);
