package dev.kalends.sql;

/// Something that may fill a slot of a [Sql.Template]: every form knows how to render itself
/// safely.
public sealed interface SqlPart
        permits Identifier, QualifiedName, Literal, ServerText, ConfiguredSql, SqlList, Sql {
    /// The text as it stands in a statement, quoted where quoting is needed.
    String render();
}
