namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Nobody is there who could answer: the connection is reset.</summary>
internal sealed class SqlUnreachable : Exception;
