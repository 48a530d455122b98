package dev.kalends.sql;

import java.util.List;
import java.util.stream.Collectors;

/// Parts with a separator between them.
public record SqlList(List<SqlPart> parts, String separator) implements SqlPart {
    public SqlList {
        parts = List.copyOf(parts);
    }

    /// `a, b, c`
    public static SqlList of(List<? extends SqlPart> parts) {
        return new SqlList(List.copyOf(parts), ", ");
    }

    /// `a AND b AND c`
    public static SqlList and(List<? extends SqlPart> parts) {
        return new SqlList(List.copyOf(parts), " AND ");
    }

    /// `CREATE x WITH y`: clauses, of which any may be missing.
    public static SqlList words(List<? extends SqlPart> parts) {
        return new SqlList(List.copyOf(parts), " ");
    }

    /// Statements one after another.
    public static SqlList statements(List<? extends SqlPart> parts) {
        return new SqlList(List.copyOf(parts), ";\n");
    }

    @Override
    public String render() {
        return parts.stream().map(SqlPart::render).collect(Collectors.joining(separator));
    }
}
