using System.Collections;
using System.Globalization;
using System.Reflection;
using CrdrTools.Simulator;

namespace CrdrTools.PowerShell.Common;

/// <summary>Starts simulators in this process.</summary>
internal static class SimulatorStarter
{
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="ArgumentException">A setting is unknown or out of range.</exception>
    public static CrdrSimulator Start(int port, string token, IDictionary settings, bool world = true)
    {
        SimulatorServer server = SimulatorServer.Start(new() { Port = port, Token = token, DefaultWorld = world, Settings = Read(settings) });
        return new CrdrSimulator(server, server.BaseAddress, token, "demo");
    }

    private static SimulatorSettings Read(IDictionary table)
    {
        SimulatorSettings settings = new();
        PropertyInfo[] all = typeof(SimulatorSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (DictionaryEntry entry in table)
        {
            PropertyInfo property = all.FirstOrDefault(p => string.Equals(p.Name, Keys.Text(entry.Key), StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"'{entry.Key}' is no setting of the simulator; known: {string.Join(", ", all.Select(p => p.Name))}.");
            try
            {
                property.SetValue(settings, LanguagePrimitives.ConvertTo(entry.Value, property.PropertyType, CultureInfo.InvariantCulture));
            }
            catch (PSInvalidCastException e)
            {
                throw new ArgumentException($"The setting {property.Name}: {e.Message}", e);
            }
        }
        return settings;
    }
}
