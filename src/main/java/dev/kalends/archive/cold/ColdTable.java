package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// A table that a query names: its archived files, and the columns that they have between them.
///
/// @param number tells it from the other tables of the query
record ColdTable(int number, QualifiedName name, List<ViewColumn> columns, List<ColdFile> files) {
    ColdTable {
        columns = List.copyOf(columns);
        files = List.copyOf(files);
    }

    /// Columns stand as in the newest archive, those that only older ones have behind them.
    ///
    /// @param manifests oldest first
    static ColdTable of(
            int number, QualifiedName name, List<Manifest> manifests, List<ColdFile> files) {
        SequencedMap<String, String> types = new LinkedHashMap<>();
        for (Manifest manifest : manifests.reversed()) {
            for (Column column : manifest.columns()) {
                types.merge(column.name(), QueryEngine.fileType(column), ViewColumn::common);
            }
        }
        Map<String, String> seen = new LinkedHashMap<>();
        List<ViewColumn> columns = new ArrayList<>();
        types.forEach((column, type) -> {
            String other = seen.putIfAbsent(column.toLowerCase(Locale.ROOT), column);
            if (other != null) {
                throw ColdFailures.alike(
                        "Columns \"%s\" and \"%s\" of %s".formatted(other, column, name.display()));
            }
            columns.add(new ViewColumn(column, type));
        });
        return new ColdTable(number, name, columns, files);
    }

    /// The stand-in that plans are made with: an empty table with columns c0, c1, …
    String standIn() {
        return "%s.t%d".formatted(QueryEngine.SCHEMA, number);
    }

    private String view() {
        return "CREATE OR REPLACE VIEW %s.%s AS "
                .formatted(
                        QueryEngine.quoted(name.schema().value()),
                        QueryEngine.quoted(name.name().value()));
    }

    /// Makes the table known without any of its rows.
    void plan(QueryEngine engine) {
        List<String> typed = new ArrayList<>();
        for (ViewColumn column : columns) {
            typed.add("c%d %s".formatted(typed.size(), column.type()));
        }
        engine.execute("CREATE SCHEMA IF NOT EXISTS " + QueryEngine.SCHEMA);
        engine.execute("CREATE TABLE %s (%s)".formatted(standIn(), String.join(", ", typed)));
        engine.execute("CREATE SCHEMA IF NOT EXISTS " + QueryEngine.quoted(name.schema().value()));
        engine.execute(view() + ofStandIn());
    }

    private String ofStandIn() {
        List<String> named = new ArrayList<>();
        for (ViewColumn column : columns) {
            named.add("c%d AS %s".formatted(named.size(), QueryEngine.quoted(column.name())));
        }
        return "SELECT %s FROM %s".formatted(String.join(", ", named), standIn());
    }

    /// Puts the rows of files in its place. Files with the same columns are read as one.
    void read(QueryEngine engine, Collection<ColdFile> chosen) {
        if (chosen.isEmpty()) {
            return;
        }
        Map<List<Column>, List<ColdFile>> alike =
                chosen.stream()
                        .collect(
                                Collectors.groupingBy(
                                        each -> each.manifest().columns(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        engine.execute(
                view()
                        + alike.entrySet().stream()
                                .map(each -> select(each.getKey(), each.getValue()))
                                .collect(Collectors.joining(" UNION ALL ")));
    }

    private String select(List<Column> present, List<ColdFile> alike) {
        Map<String, Column> byName =
                present.stream().collect(Collectors.toMap(Column::name, each -> each));
        String values =
                columns.stream()
                        .map(column -> {
                            Column there = byName.get(column.name());
                            return "%s AS %s"
                                    .formatted(
                                            there == null
                                                    ? column.missing()
                                                    : column.from(
                                                            there.name(),
                                                            QueryEngine.fileType(there)),
                                            QueryEngine.quoted(column.name()));
                        })
                        .collect(Collectors.joining(", "));
        return "SELECT %s FROM read_parquet([%s])"
                .formatted(
                        values,
                        alike.stream()
                                .map(each -> QueryEngine.literal(each.path()))
                                .collect(Collectors.joining(", ")));
    }

    /// Where a column of the table is in a file.
    ///
    /// @return -1 if it is not there
    int positionIn(Manifest manifest, int column) {
        String wanted = columns.get(column).name();
        List<Column> present = manifest.columns();
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).name().equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    /// Whether a file has values of a column in the table's own type, so that their order there is
    /// their order here.
    boolean ordersAlike(Manifest manifest, int column) {
        int position = positionIn(manifest, column);
        return position >= 0
                && QueryEngine.fileType(manifest.columns().get(position))
                        .equals(columns.get(column).type());
    }
}
