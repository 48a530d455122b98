package dev.kalends.archive.cold;

import dev.kalends.archive.Workspace;
import dev.kalends.archive.cold.ColdArchive.Read;
import dev.kalends.archive.cold.ColdPlan.PartitionRead;
import dev.kalends.archive.cold.ColdPlan.Reading;
import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.duckdb.QueryFailure;
import dev.kalends.archive.duckdb.QueryFailure.Kind;
import dev.kalends.archive.duckdb.ResultColumn;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.QualifiedName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// One query over archived tables.
///
/// The query is planned twice by the same rules: first over empty tables, which says what columns
/// it reads under which conditions, then over files that hold what these need. Should the second
/// plan want more, DuckDB comes upon a column chunk that is not there and refuses it, and the query
/// runs again over whole files.
final class ColdQuery implements AutoCloseable {
    private final ColdArchive cold;
    private final String sql;
    private final ColdLimits limits;
    private final Workspace workspace;
    private final QueryEngine engine;
    private final Watch watch;
    private final List<ColdTable> tables = new ArrayList<>();
    private final Set<ColdFile> kept = new LinkedHashSet<>();

    /// A finished Parquet file.
    record Written(Path file, long rows) {}

    private enum Fetch {
        WHAT_IS_NEEDED,
        ALL
    }

    private interface Work<T> {
        T done();
    }

    private ColdQuery(
            ColdArchive cold,
            String sql,
            ColdLimits limits,
            Workspace workspace,
            QueryEngine engine) {
        this.cold = cold;
        this.sql = sql;
        this.limits = limits;
        this.workspace = workspace;
        this.engine = engine;
        this.watch = new Watch(engine, limits.timeout(), cold.stop());
    }

    // What is opened here is closed with the query.
    @SuppressWarnings("MustBeClosedChecker")
    static ColdQuery open(ColdArchive cold, String sql, ColdLimits limits) {
        Workspace workspace = Workspace.create();
        try {
            QueryEngine engine =
                    QueryEngine.open(
                            new QueryEngine.Limits(
                                    limits.memoryBytes(),
                                    limits.spillBytes(),
                                    Runtime.getRuntime().availableProcessors(),
                                    workspace.folder()));
            return new ColdQuery(cold, sql, limits, workspace, engine);
        } catch (QueryFailure e) {
            workspace.close();
            throw ColdFailures.of(e);
        }
    }

    /// Turns what ends a query into words.
    private <T> T told(Work<T> work) {
        try {
            return work.done();
        } catch (QueryFailure e) {
            throw watch.isOver() ? watch.ended(e) : ColdFailures.of(e);
        }
    }

    ColdPlan explain() {
        return told(() -> {
            Question question = prepare();
            engine.execute("BEGIN TRANSACTION");
            return plan(question);
        });
    }

    Answer answer() {
        return told(() -> {
            Question question = prepare();
            return run(
                    question,
                    columns -> {
                        Answer answer =
                                new Answer(columns, workspace.file("answer"), limits.spillBytes());
                        answer.fill(rows -> engine.read(sql, columns, rows));
                        return answer;
                    });
        });
    }

    Written write() {
        return told(() -> {
            Question question = prepare();
            Path file = workspace.file("answer.parquet");
            return run(
                    question,
                    columns -> {
                        Workspace.remove(file);
                        return new Written(file, engine.write(sql, columns, file));
                    });
        });
    }

    Read read(long rows) {
        return new Read(
                rows,
                kept.stream().map(ColdFile::partition).distinct().count(),
                tables.stream().mapToLong(each -> partitions(each).size()).sum(),
                files().stream().mapToLong(ColdFile::bytesRead).sum(),
                files().stream().mapToLong(each -> each.data().bytes()).sum());
    }

    private List<ColdFile> files() {
        return tables.stream().flatMap(each -> each.files().stream()).toList();
    }

    private List<ColdPartition> partitions(ColdTable table) {
        return cold.partitions().stream()
                .filter(each -> each.table().equals(table.name()))
                .toList();
    }

    /// Looks at the query and at the manifests of the tables that it names.
    private Question prepare() {
        Question question = Question.of(engine, sql);
        List<QualifiedName> names =
                ColdTables.of(
                        question,
                        cold.partitions().stream().map(ColdPartition::table).distinct().toList(),
                        cold.maintained());
        List<ColdPartition> wanted =
                cold.partitions().stream().filter(each -> names.contains(each.table())).toList();
        Map<ColdPartition, Manifest> manifests = new ConcurrentHashMap<>();
        watch.all(
                wanted.stream()
                        .<Runnable>map(each ->
                                () -> manifests.put(each, cold.archive().manifest(each.location())))
                        .toList());
        int number = 0;
        for (QualifiedName name : names) {
            List<Manifest> ofTable = new ArrayList<>();
            List<ColdFile> files = new ArrayList<>();
            for (ColdPartition each : wanted) {
                if (each.table().equals(name)) {
                    Manifest manifest = Objects.requireNonNull(manifests.get(each));
                    ofTable.add(manifest);
                    for (DataFile file : manifest.files()) {
                        Path local =
                                workspace.file("t%df%d.parquet".formatted(number, files.size()));
                        files.add(new ColdFile(each, manifest, file, local));
                    }
                }
            }
            tables.add(ColdTable.of(number++, name, ofTable, files));
        }
        return question;
    }

    /// Finds out which files are kept, and what of them is needed; fetches footers.
    private Map<ColdFile, Need.Parts> needed(Question question) {
        tables.forEach(each -> each.plan(engine));
        List<ColdGroup> groups = tables.stream().flatMap(each -> each.groups().stream()).toList();
        List<Scan> scans = Scan.of(engine, question, groups);
        Map<ColdFile, Need.Parts> parts = new HashMap<>();
        for (ColdGroup group : groups) {
            Need need = new Need(engine, group, scans);
            List<ColdFile> files = need.files();
            kept.addAll(files);
            watch.all(
                    files.stream()
                            .filter(ColdFile::hasRanges)
                            .<Runnable>map(each -> () -> each.fetchFooter(cold.archive()))
                            .toList());
            parts.putAll(need.parts(files));
        }
        return parts;
    }

    private ColdPlan plan(Question question) {
        Map<ColdFile, Need.Parts> parts = needed(question);
        List<PartitionRead> reads = new ArrayList<>();
        for (ColdTable table : tables) {
            for (ColdPartition partition : partitions(table)) {
                reads.add(
                        read(
                                partition,
                                table.files().stream()
                                        .filter(each -> each.partition().equals(partition))
                                        .toList(),
                                parts));
            }
        }
        return new ColdPlan(reads);
    }

    private PartitionRead read(
            ColdPartition partition, List<ColdFile> files, Map<ColdFile, Need.Parts> parts) {
        List<ColdFile> chosen = files.stream().filter(kept::contains).toList();
        long bytesAll = files.stream().mapToLong(each -> each.data().bytes()).sum();
        boolean whole = !chosen.stream().allMatch(ColdFile::hasRanges);
        List<Need.Parts> ofChosen = whole ? List.of() : chosen.stream().map(parts::get).toList();
        long bytes =
                whole
                        ? chosen.stream().mapToLong(each -> each.data().bytes()).sum()
                        : chosen.stream()
                                .mapToLong(each ->
                                        each.bytesRead()
                                                + Objects.requireNonNull(parts.get(each))
                                                        .bytes(each))
                                .sum();
        return new PartitionRead(
                partition.table(),
                partition.partition(),
                partition.location(),
                chosen.isEmpty() ? Reading.NOTHING : whole ? Reading.WHOLE : Reading.PARTS,
                whole || chosen.isEmpty()
                        ? -1
                        : ofChosen.stream().mapToInt(each -> each.groups().size()).sum(),
                whole || chosen.isEmpty()
                        ? -1
                        : ofChosen.stream().mapToInt(Need.Parts::groupsAll).sum(),
                bytes,
                bytesAll);
    }

    private interface Reader<T> {
        T from(List<ResultColumn> columns);
    }

    private <T> T run(Question question, Reader<T> reader) {
        try {
            return attempt(question, Fetch.WHAT_IS_NEEDED, reader);
        } catch (QueryFailure e) {
            boolean partial = kept.stream().anyMatch(each -> each.state() == ColdFile.State.RANGES);
            if (e.kind() != Kind.OTHER || !partial) {
                throw e;
            }
            engine.execute("ROLLBACK");
            // Whole files are compared with their digests, which tells damage from a wrong guess.
            watch.all(
                    kept.stream()
                            .<Runnable>map(file -> () -> file.fetchAll(cold.archive()))
                            .toList());
            return attempt(question, Fetch.ALL, reader);
        }
    }

    /// One transaction, so that now() is the same in the plan and in the run.
    private <T> T attempt(Question question, Fetch fetch, Reader<T> reader) {
        engine.execute("BEGIN TRANSACTION");
        Map<ColdFile, Need.Parts> parts = needed(question);
        watch.all(kept.stream().<Runnable>map(file -> () -> fetch(file, fetch, parts)).toList());
        for (ColdTable table : tables) {
            table.read(engine, kept);
        }
        return reader.from(engine.columns(sql));
    }

    private void fetch(ColdFile file, Fetch fetch, Map<ColdFile, Need.Parts> parts) {
        Need.Parts ofFile = parts.get(file);
        if (fetch == Fetch.ALL || ofFile == null) {
            file.fetchAll(cold.archive());
        } else {
            file.fetchRanges(cold.archive(), ofFile.ranges());
        }
    }

    /// @throws KalendsException STORE_FAILED if temporary files cannot be removed
    @Override
    public void close() {
        // Backwards: the workspace goes when nobody writes to it any more, whatever the others say.
        try (Workspace _ = workspace;
                QueryEngine _ = engine) {
            watch.close();
        }
    }
}
