global using CrdrTools.PowerShell.Binding;
global using CrdrTools.PowerShell.Common;
global using CrdrTools.PowerShell.Completion;
global using CrdrTools.PowerShell.Errors;
