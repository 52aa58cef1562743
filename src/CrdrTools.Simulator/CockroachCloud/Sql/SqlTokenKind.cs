namespace CrdrTools.Simulator.CockroachCloud.Sql;

internal enum SqlTokenKind
{
    /// <summary>A keyword or a name, with the dots in it.</summary>
    Word,

    Number,

    /// <summary>A text in single quotes.</summary>
    Text,

    /// <summary><c>$1</c></summary>
    Parameter,

    /// <summary>Anything else.</summary>
    Symbol,
}
