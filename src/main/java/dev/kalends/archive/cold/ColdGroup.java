package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Files of a table that have the same columns, and are read as one.
///
/// @param standIn name of the empty table that plans are made with, which has columns c0, c1, …
record ColdGroup(String standIn, List<Column> columns, List<ColdFile> files) {
    ColdGroup {
        columns = List.copyOf(columns);
        files = List.copyOf(files);
    }

    String type(int column) {
        return QueryEngine.fileType(columns.get(column));
    }

    void createStandIn(QueryEngine engine) {
        List<String> typed = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            typed.add("c%d %s".formatted(i, type(i)));
        }
        engine.execute("CREATE TABLE %s (%s)".formatted(standIn, String.join(", ", typed)));
    }

    /// The rows that a view has of it, before any of its files is there.
    String planned(List<ViewColumn> view) {
        return "SELECT %s FROM %s".formatted(values(view, Source.STAND_IN), standIn);
    }

    /// The rows of files of it.
    String read(List<ViewColumn> view, Collection<ColdFile> chosen) {
        return "SELECT %s FROM read_parquet([%s])"
                .formatted(
                        values(view, Source.FILES),
                        chosen.stream()
                                .map(each -> QueryEngine.literal(each.path()))
                                .collect(Collectors.joining(", ")));
    }

    private enum Source {
        STAND_IN,
        FILES
    }

    private String values(List<ViewColumn> view, Source source) {
        return view.stream()
                .map(column -> {
                    int at = position(column.name());
                    String value =
                            at < 0
                                    ? column.missing()
                                    : column.from(
                                            switch (source) {
                                                case STAND_IN -> "c" + at;
                                                case FILES -> column.name();
                                            },
                                            type(at));
                    return "%s AS %s".formatted(value, QueryEngine.quoted(column.name()));
                })
                .collect(Collectors.joining(", "));
    }

    /// @return -1 if there is no such column
    private int position(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /// The column that the bounds of a file are about.
    ///
    /// @return -1 if it is none
    int keyOf(Manifest manifest) {
        return manifest.key().isEmpty() ? -1 : position(manifest.key().getFirst());
    }
}
