package dev.kalends.catalog;

import dev.kalends.sql.QualifiedName;

/// A name found in `pg_class`.
public record Relation(long oid, QualifiedName name, Kind kind) {
    /// What the name stands for.
    public enum Kind {
        TABLE("table"),
        PARTITIONED_TABLE("partitioned table"),
        PARTITION("partition"),
        VIEW("view"),
        MATERIALIZED_VIEW("materialized view"),
        FOREIGN_TABLE("foreign table"),
        OTHER("index, sequence or type");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }
}
