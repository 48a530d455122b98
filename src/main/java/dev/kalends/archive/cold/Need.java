package dev.kalends.archive.cold;

import dev.kalends.archive.cold.ColdFile.Range;
import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.manifest.Manifest.DataFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which files, and which of their column chunks, the scans of a query need.
final class Need {
    private static final String BOUNDS = QueryEngine.SCHEMA + ".bounds";
    private static final int ROWS_PER_INSERT = 500;

    private final QueryEngine engine;
    private final ColdGroup group;
    private final List<Scan> scans;

    /// What of a file is needed.
    ///
    /// @param groups row groups; of all the scans
    record Parts(Set<Integer> groups, int groupsAll, List<Range> ranges) {
        Parts {
            groups = Set.copyOf(groups);
            ranges = List.copyOf(ranges);
        }

        /// Bytes that are still to be fetched.
        long bytes(ColdFile file) {
            return file.missing(ranges).stream().mapToLong(each -> each.to() - each.from()).sum();
        }
    }

    /// @param bloom null if it has none
    private record Chunk(int file, int group, int column, Range bytes, @Nullable Range bloom) {}

    private record Unit(int file, int part) {}

    /// @param scans of all files
    Need(QueryEngine engine, ColdGroup group, List<Scan> scans) {
        this.engine = engine;
        this.group = group;
        this.scans = scans.stream().filter(each -> each.group().equals(group)).toList();
    }

    /// Files that can hold rows that count, by what the manifests say of the partition key.
    List<ColdFile> files() {
        Set<ColdFile> needed = new LinkedHashSet<>();
        for (Scan scan : scans) {
            needed.addAll(files(scan));
        }
        return List.copyOf(needed);
    }

    private List<ColdFile> files(Scan scan) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < group.files().size(); i++) {
            ColdFile file = group.files().get(i);
            int key = group.keyOf(file.manifest());
            DataFile data = file.data();
            if (key >= 0) {
                values.add(
                        "(%d, 0, %d, %s, %s, NULL, NULL)"
                                .formatted(i, key, orNull(data.least()), orNull(data.greatest())));
            }
        }
        engine.execute(
                """
                CREATE OR REPLACE TABLE %s (file INTEGER, part INTEGER, col INTEGER, least VARCHAR, greatest VARCHAR,
                                            nulls BIGINT, total BIGINT)
                """
                        .formatted(BOUNDS));
        for (int i = 0; i < values.size(); i += ROWS_PER_INSERT) {
            engine.execute(
                    "INSERT INTO %s VALUES %s"
                            .formatted(
                                    BOUNDS,
                                    String.join(
                                            ", ",
                                            values.subList(
                                                    i,
                                                    Math.min(
                                                            i + ROWS_PER_INSERT, values.size())))));
        }
        Set<Integer> out = excluded(scan).stream().map(Unit::file).collect(Collectors.toSet());
        List<ColdFile> files = new ArrayList<>();
        for (int i = 0; i < group.files().size(); i++) {
            if (!out.contains(i)) {
                files.add(group.files().get(i));
            }
        }
        return files;
    }

    private static String orNull(@Nullable String text) {
        return text == null ? "NULL" : QueryEngine.literal(text);
    }

    private List<String> types() {
        return IntStream.range(0, group.columns().size()).mapToObj(group::type).toList();
    }

    private Set<Unit> excluded(Scan scan) {
        return engine
                .rows(
                        "SELECT file, part FROM %s GROUP BY file, part HAVING NOT %s"
                                .formatted(BOUNDS, new Pruning(types()).condition(scan.filters())))
                .stream()
                .map(row -> new Unit(number(row, 0), number(row, 1)))
                .collect(Collectors.toSet());
    }

    /// What of files is needed whose footers are there.
    Map<ColdFile, Parts> parts(Collection<ColdFile> chosen) {
        List<ColdFile> files = chosen.stream().filter(ColdFile::hasRanges).toList();
        if (files.isEmpty()) {
            return Map.of();
        }
        List<Chunk> chunks = chunks(files);
        Map<Integer, Set<Integer>> groups = new HashMap<>();
        Map<Integer, Set<Chunk>> wanted = new HashMap<>();
        for (Scan scan : scans) {
            Set<ColdFile> ofScan = new HashSet<>(files(scan));
            Set<Unit> out =
                    scan.filtered().isEmpty() || scan.filters().isEmpty()
                            ? Set.of()
                            : excluded(scan, files);
            for (Chunk chunk : chunks) {
                ColdFile file = files.get(chunk.file());
                if (ofScan.contains(file) && !out.contains(new Unit(chunk.file(), chunk.group()))) {
                    groups.computeIfAbsent(chunk.file(), _ -> new TreeSet<>()).add(chunk.group());
                    if (scan.columns().contains(chunk.column())) {
                        wanted.computeIfAbsent(chunk.file(), _ -> new HashSet<>()).add(chunk);
                    }
                }
            }
        }
        Map<ColdFile, Parts> parts = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            int at = i;
            parts.put(
                    files.get(i),
                    new Parts(
                            groups.getOrDefault(i, Set.of()),
                            (int)
                                    chunks.stream()
                                            .filter(each -> each.file() == at)
                                            .map(Chunk::group)
                                            .distinct()
                                            .count(),
                            ranges(wanted.getOrDefault(i, Set.of()))));
        }
        return parts;
    }

    /// Bloom filters are looked at for columns with filters only.
    private List<Range> ranges(Set<Chunk> chunks) {
        List<Range> ranges = new ArrayList<>();
        for (Chunk chunk : chunks) {
            ranges.add(chunk.bytes());
            Range bloom = chunk.bloom();
            if (bloom != null
                    && scans.stream().anyMatch(scan -> scan.filtered().contains(chunk.column()))) {
                ranges.add(bloom);
            }
        }
        return ranges;
    }

    private static String paths(List<ColdFile> files) {
        return files.stream()
                .map(each -> QueryEngine.literal(each.path()))
                .collect(Collectors.joining(", "));
    }

    private List<Chunk> chunks(List<ColdFile> files) {
        Map<String, Integer> byPath = new HashMap<>();
        files.forEach(each -> byPath.put(each.path(), byPath.size()));
        List<Chunk> chunks = new ArrayList<>();
        for (List<@Nullable String> row :
                engine.rows(
                        """
                        SELECT row_group_id, column_id,
                               CASE WHEN dictionary_page_offset > 0 AND dictionary_page_offset < data_page_offset
                                    THEN dictionary_page_offset ELSE data_page_offset END,
                               total_compressed_size, bloom_filter_offset, bloom_filter_length, file_name
                          FROM parquet_metadata([%s])
                        """
                                .formatted(paths(files)))) {
            String path = row.get(6);
            long bloom = row.get(4) == null || row.get(5) == null ? 0 : longer(row, 4);
            chunks.add(
                    new Chunk(
                            Objects.requireNonNull(byPath.get(path), path),
                            number(row, 0),
                            number(row, 1),
                            new Range(longer(row, 2), longer(row, 2) + longer(row, 3)),
                            bloom == 0 ? null : new Range(bloom, bloom + longer(row, 5))));
        }
        return chunks;
    }

    private Set<Unit> excluded(Scan scan, List<ColdFile> files) {
        List<String> known = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            known.add("(%s, %d)".formatted(QueryEngine.literal(files.get(i).path()), i));
        }
        // Text that is not plain ASCII may be shown with escapes, and then has another order.
        engine.execute(
                """
                CREATE OR REPLACE TABLE %s AS
                SELECT k.file, g.row_group_id AS part, g.column_id AS col,
                       CASE WHEN regexp_full_match(g.stats_min_value, '[ -\\[\\]-~]*') THEN g.stats_min_value END AS least,
                       CASE WHEN g.max_is_exact AND regexp_full_match(g.stats_max_value, '[ -\\[\\]-~]*')
                            THEN g.stats_max_value END AS greatest,
                       g.stats_null_count AS nulls, g.row_group_num_rows AS total
                  FROM parquet_metadata([%s]) g
                  JOIN (VALUES %s) k(path, file) ON k.path = g.file_name
                 WHERE g.column_id IN (%s)
                """
                        .formatted(
                                BOUNDS,
                                paths(files),
                                String.join(", ", known),
                                scan.filtered().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))));
        return excluded(scan);
    }

    private static int number(List<@Nullable String> row, int column) {
        return Math.toIntExact(longer(row, column));
    }

    private static long longer(List<@Nullable String> row, int column) {
        return Long.parseLong(Objects.requireNonNull(row.get(column), "a number of a footer"));
    }
}
