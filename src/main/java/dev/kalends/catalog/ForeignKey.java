package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.List;

/// A foreign key.
///
/// @param referencing the table that has it
/// @param referenced the table it points at
/// @param referencedColumns in the order of the key
/// @param head its definition before the referenced table's name: `FOREIGN KEY (…) REFERENCES `
/// @param leaves the partitions of the referencing table, if that is partitioned
/// @param tail its definition from the referenced columns on: `(id) ON DELETE CASCADE`
public record ForeignKey(
        Identifier name,
        QualifiedName referencing,
        QualifiedName referenced,
        List<Identifier> columns,
        List<Identifier> referencedColumns,
        List<QualifiedName> leaves,
        String head,
        String tail) {
    public ForeignKey {
        columns = List.copyOf(columns);
        referencedColumns = List.copyOf(referencedColumns);
        leaves = List.copyOf(leaves);
    }

    /// The definition as it would be with another table referenced.
    public Sql definition(QualifiedName target) {
        return Sql.text("{head}{target}{tail}")
                .put("head", ServerText.of(head))
                .put("target", target)
                .put("tail", ServerText.of(tail))
                .build();
    }

    public Sql definition() {
        return definition(referenced);
    }
}
