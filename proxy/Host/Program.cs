return await ImdsProxy.Commands.RootCommandLine.InvokeAsync(args);
