package dev.kalends.catalog;

/// Kinds of things a table carries, as the inventory names them.
public enum FeatureKind {
    COLUMN,
    OWNED_SEQUENCE,
    PRIMARY_KEY,
    UNIQUE,
    CHECK,
    FOREIGN_KEY,
    INDEX,
    OWNER,
    GRANT,
    COMMENT,
    STORAGE_OPTION,
    NOT_NULL,
    IDENTITY,
    COLUMN_GRANT,
    COLUMN_OPTION,
    COLUMN_STATISTICS,
    INDEX_STATISTICS,
    CLUSTERING,
    EXCLUSION,
    CONSTRAINT_TRIGGER,
    INCOMING_FOREIGN_KEY,
    TRIGGER,
    RULE,
    ROW_SECURITY,
    POLICY,
    VIEW,
    VIEW_RULE,
    MATERIALIZED_VIEW,
    FUNCTION,
    ROW_TYPE_USE,
    DEPENDENT,
    PUBLICATION,
    REPLICA_IDENTITY,
    INHERITANCE,
    TYPED_TABLE,
    EXTENDED_STATISTICS,
    TABLESPACE,
    PERSISTENCE,
    SECURITY_LABEL,
    EXTENSION_MEMBER,
    OBJECT_COMMENT,
    ACCESS_METHOD;

    /// As people write it: lower case with spaces.
    public String words() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
