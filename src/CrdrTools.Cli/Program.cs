using CrdrTools.Cli;

return await CrdrCommandLine.RunAsync(args);
