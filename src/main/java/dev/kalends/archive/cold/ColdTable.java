package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/// A table that a query names: its archived files, and the columns that they have between them.
record ColdTable(QualifiedName name, List<ViewColumn> columns, List<ColdGroup> groups) {
    ColdTable {
        columns = List.copyOf(columns);
        groups = List.copyOf(groups);
    }

    /// Columns stand as in the newest archive, those that only older ones have behind them.
    ///
    /// @param number tells it from the other tables of the query
    /// @param manifests oldest first; one at least
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
        Map<List<Column>, List<ColdFile>> alike = new LinkedHashMap<>();
        // Of archives without a row there is no file, but there are columns.
        manifests.forEach(each -> alike.put(each.columns(), new ArrayList<>()));
        files.forEach(
                each -> Objects.requireNonNull(alike.get(each.manifest().columns())).add(each));
        List<ColdGroup> groups = new ArrayList<>();
        alike.forEach((present, ofGroup) ->
                groups.add(
                        new ColdGroup(
                                "%s.t%dg%d".formatted(QueryEngine.SCHEMA, number, groups.size()),
                                present,
                                ofGroup)));
        return new ColdTable(name, columns, groups);
    }

    List<ColdFile> files() {
        return groups.stream().flatMap(each -> each.files().stream()).toList();
    }

    private String view() {
        return "CREATE OR REPLACE VIEW %s.%s AS "
                .formatted(
                        QueryEngine.quoted(name.schema().value()),
                        QueryEngine.quoted(name.name().value()));
    }

    /// Makes the table known without any of its rows.
    void plan(QueryEngine engine) {
        engine.execute("CREATE SCHEMA IF NOT EXISTS " + QueryEngine.SCHEMA);
        groups.forEach(each -> each.createStandIn(engine));
        engine.execute("CREATE SCHEMA IF NOT EXISTS " + QueryEngine.quoted(name.schema().value()));
        engine.execute(
                view()
                        + groups.stream()
                                .map(each -> each.planned(columns))
                                .collect(Collectors.joining(" UNION ALL ")));
    }

    /// Puts the rows of files in its place, where the plan is the same.
    void read(QueryEngine engine, Set<ColdFile> chosen) {
        List<String> selects = new ArrayList<>();
        for (ColdGroup group : groups) {
            List<ColdFile> ofGroup = group.files().stream().filter(chosen::contains).toList();
            if (!ofGroup.isEmpty()) {
                selects.add(group.read(columns, ofGroup));
            }
        }
        if (!selects.isEmpty()) {
            engine.execute(view() + String.join(" UNION ALL ", selects));
        }
    }
}
