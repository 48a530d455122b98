package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.ArchiveViewing;
import dev.kalends.app.Archiving;
import dev.kalends.app.Archiving.Outcome;
import dev.kalends.archive.view.ArchiveView.Made;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Looks after what is in the archive.
final class ArchiveCommand implements Command {
    private static final String DEEP = "--deep";
    private static final String BECAUSE = "--because";
    private static final String WHERE = "--where";
    private static final String NAME = "--name";
    private static final String SQL = "--sql";
    private static final String DROP = "--drop";
    private static final int FAILED = 1;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "archive",
                        "Lists, writes, verifies, holds, rekeys, shows and removes archived partitions. kalends maintain archives by age;"
                                + " kalends restore brings partitions back.",
                        "  kalends archive list",
                        "  kalends archive export ConversationMessage --to 2024-01",
                        "  kalends archive verify --deep",
                        "  kalends archive hold ConversationMessage --from 2023-01 --to 2023-07 --because \"case 4711\"",
                        "  kalends archive release ConversationMessage",
                        "  kalends archive expire MessageQueue --to 2022",
                        "  kalends archive erase ConversationMessage --where \"\\\"memberId\\\" = 'c81…'\" --because \"request 12\"",
                        "  kalends archive sweep",
                        "  kalends archive view ConversationMessage",
                        "  kalends archive iceberg");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("ACTION")
                        .index("0")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .description(
                                "list: what is there. export: writes partitions that are in the database, whatever their age."
                                        + " verify: reads objects again and compares. hold: keeps from expiring. release: ends a"
                                        + " hold. rekey: puts encrypted archives under the current key, without writing their files"
                                        + " again. expire: removes for good. erase: writes archives anew without some rows. sweep: removes"
                                        + " what killed exports left in the store. view: makes a view over live and archived rows,"
                                        + " or makes it as it should be now. iceberg: brings the Iceberg tables up to date.")
                        .build());
        ArchiveRange.addTables(spec);
        ArchiveRange.add(spec);
        Options.addFlag(
                spec,
                DEEP,
                "With verify: reads every row too, which takes the key if there is one; else sizes and digests.");
        Options.add(
                spec,
                BECAUSE,
                "REASON",
                String.class,
                text -> text,
                "With hold and erase: why, for the record.");
        Options.add(
                spec,
                WHERE,
                "CONDITION",
                String.class,
                text -> text,
                "With erase: which rows, as SQL over the table's columns; it is not recorded.");
        Options.add(
                spec,
                NAME,
                "NAME",
                String.class,
                text -> text,
                "With view: its name, in the schema of the table (default: TABLE_all).");
        Options.addFlag(
                spec,
                SQL,
                "With view: prints the statements that make it anew, and changes nothing.");
        Options.addFlag(spec, DROP, "With view: removes it and what it needed.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        Config config = call.config();
        StopSignal stop = new StopSignal();
        try (Interrupts _ = new Interrupts(stop, call.console().err());
                ArchiveAccess access = call.archive(config)) {
            Archiving archiving =
                    new Archiving(
                            call.target(config), config, call.console().clock(), stop, access);
            return switch (call.word(0)) {
                case "list" -> list(call, archiving.list(ArchiveRange.of(call)));
                case "export" -> export(call, archiving);
                case "verify" ->
                        tell(
                                call,
                                archiving.verify(
                                        ArchiveRange.of(call),
                                        call.has(DEEP)
                                                ? Archiving.Depth.ROWS
                                                : Archiving.Depth.OBJECTS),
                                call.has(DEEP)
                                        ? "%s is whole: all rows and their checksum"
                                        : "%s is whole: sizes and digests of its objects");
                case "hold" ->
                        tell(
                                call,
                                archiving.hold(ArchiveRange.of(call), because(call)),
                                "%s is held.");
                case "release" ->
                        tell(
                                call,
                                archiving.hold(ArchiveRange.of(call), null),
                                "%s is held no longer.");
                case "rekey" ->
                        tell(
                                call,
                                archiving.rekey(ArchiveRange.of(call)),
                                "%s is under the current key.");
                case "expire" -> expire(call, archiving);
                case "erase" -> erase(call, archiving);
                case "sweep" -> sweep(call, archiving);
                case "view" -> view(call, new ArchiveViewing(call.target(config), config, access));
                case "iceberg" -> IcebergText.tell(call, archiving.iceberg().sync(call.tables()));
                default ->
                        throw usage(
                                "\"%s\" is nothing to be done with an archive."
                                        .formatted(call.word(0)),
                                "Use list, export, verify, hold, release, rekey, expire, erase, sweep, view or iceberg.");
            };
        }
    }

    private static KalendsException usage(String what, String next) {
        return new KalendsException(FailureCode.USAGE, what, Call.UNCHANGED, next);
    }

    private static String because(Call call) {
        String because = call.option(BECAUSE, String.class);
        if (because == null || because.isBlank()) {
            throw usage("Nothing says why.", "Give --because \"…\" for the record.");
        }
        return because;
    }

    private static int erase(Call call, Archiving archiving) throws IOException {
        String where = call.option(WHERE, String.class);
        if (where == null || where.isBlank() || call.tables().size() != 1) {
            throw usage(
                    "Nothing says of which table which rows.",
                    "kalends archive erase TABLE --where \"…\" --because \"…\"");
        }
        String because = because(call);
        Archiving.Selection selection = ArchiveRange.of(call);
        List<Archived> all = archiving.list(selection);
        if (!all.isEmpty()) {
            call.confirm(
                    "Read %d archived partitions and write those anew that have such rows, which are then nowhere?"
                            .formatted(all.size()));
        }
        return tell(call, archiving.erase(selection, where, because), "%s has no such row.");
    }

    private static int sweep(Call call, Archiving archiving) throws IOException {
        List<String> leftovers = archiving.leftovers();
        if (!leftovers.isEmpty()) {
            if (!call.json()) {
                leftovers.forEach(call.screen()::line);
            }
            call.confirm(
                    "Remove %d folders that nothing needs from the archive?"
                            .formatted(leftovers.size()));
            archiving.sweep(leftovers);
        }
        if (call.json()) {
            call.print(Map.of("removed", leftovers));
        } else {
            call.screen()
                    .line(
                            leftovers.isEmpty()
                                    ? "Nothing is left over."
                                    : "%d folders are removed.".formatted(leftovers.size()));
        }
        return 0;
    }

    private static int expire(Call call, Archiving archiving) throws IOException {
        Archiving.Selection selection = ArchiveRange.of(call);
        List<Archived> all = archiving.list(selection);
        if (!all.isEmpty()) {
            call.confirm(
                    "Remove %d partitions with %d rows from the archive, of which %d rows are nowhere else?"
                            .formatted(
                                    all.size(),
                                    all.stream().mapToLong(Archived::rows).sum(),
                                    all.stream()
                                            .filter(each ->
                                                    each.standing() == Archives.Standing.GONE)
                                            .mapToLong(Archived::rows)
                                            .sum()));
        }
        return tell(call, archiving.expire(selection), "%s is removed from the archive.");
    }

    private static int view(Call call, ArchiveViewing viewing) {
        if (call.tables().size() != 1) {
            throw usage("A view is over one table.", "kalends archive view TABLE");
        }
        QualifiedName table = call.tables().getFirst();
        String name = call.option(NAME, String.class);
        if (call.has(SQL)) {
            List<String> statements =
                    viewing.statements(table, name).stream().map(Sql::render).toList();
            if (call.json()) {
                call.print(Map.of("statements", statements));
            } else {
                statements.forEach(each -> call.screen().line(each + ";"));
            }
        } else if (call.has(DROP)) {
            boolean dropped = viewing.drop(table);
            if (call.json()) {
                call.print(Map.of("dropped", dropped));
            } else {
                call.screen()
                        .line(
                                dropped
                                        ? "Dropped the archive view of %s.".formatted(table)
                                        : "%s has no archive view.".formatted(table));
            }
        } else {
            Made made = viewing.make(table, name);
            if (call.json()) {
                call.print(
                        Map.of(
                                "view",
                                made.view().display(),
                                "archivedPartitions",
                                made.archived()));
            } else {
                call.screen()
                        .line(
                                "%s shows the rows of %s and of %d archived partitions. kalends serve has to run while it is read."
                                        .formatted(made.view(), table, made.archived()));
            }
        }
        return 0;
    }

    private static int export(Call call, Archiving archiving) {
        if (call.tables().isEmpty()) {
            throw usage("Nothing says which table.", "kalends archive export TABLE --to 2024-01");
        }
        List<String> told = new ArrayList<>();
        for (QualifiedName table : call.tables()) {
            told.addAll(archiving.export(table, ArchiveRange.of(call)));
        }
        if (call.json()) {
            call.print(Map.of("done", told));
        } else if (told.isEmpty()) {
            call.screen().line("No partition is in that range.");
        } else {
            told.forEach(call.screen()::line);
        }
        return 0;
    }

    private static int list(Call call, List<Archived> all) {
        if (call.json()) {
            call.print(Map.of("archives", all.stream().map(ArchiveView::of).toList()));
            return 0;
        }
        if (all.isEmpty()) {
            call.screen().line("Nothing is in the archive.");
            return 0;
        }
        call.screen()
                .table(
                        List.of(
                                "partition",
                                "rows",
                                "live",
                                "archived",
                                "share",
                                "rows are",
                                "verified",
                                "held"),
                        all.stream().map(ArchiveCommand::row).toList());
        long live = all.stream().mapToLong(Archived::liveBytes).sum();
        long bytes = all.stream().mapToLong(Archived::bytes).sum();
        call.screen()
                .line(
                        "%d partitions, %s of heap and indexes in %s of objects (%s)."
                                .formatted(
                                        all.size(),
                                        new ByteSize(live).display(),
                                        new ByteSize(bytes).display(),
                                        share(bytes, live)));
        return 0;
    }

    private static String share(long bytes, long live) {
        return live == 0 ? "—" : "%.2f".formatted((double) bytes / live);
    }

    private static List<String> row(Archived each) {
        return List.of(
                each.leaf().display(),
                "%,d".formatted(each.rows()),
                new ByteSize(each.liveBytes()).display(),
                new ByteSize(each.bytes()).display(),
                share(each.bytes(), each.liveBytes()),
                switch (each.standing()) {
                    case LIVE -> "live too";
                    case GONE -> "here only";
                    case RESTORED -> "restored";
                },
                each.verifiedAt(),
                each.heldBecause() == null ? "" : each.heldBecause());
    }

    /// @param well said of one that went well, unless it has words of its own
    static int tell(Call call, List<Outcome> outcomes, String well) {
        if (call.json()) {
            call.print(
                    Map.of(
                            "outcomes",
                            outcomes.stream().map(ArchiveView.OutcomeView::of).toList()));
        } else {
            for (Outcome each : outcomes) {
                KalendsException failure = each.failure();
                if (failure != null) {
                    call.screen()
                            .line(
                                    "%s: %s: %s %s %s"
                                            .formatted(
                                                    each.archived().leaf().display(),
                                                    failure.code(),
                                                    failure.what(),
                                                    failure.state(),
                                                    failure.next()));
                } else if (each.told().isEmpty()) {
                    call.screen().line(well.formatted(each.archived().leaf().display()));
                } else {
                    each.told().forEach(call.screen()::line);
                }
            }
        }
        return outcomes.stream().anyMatch(each -> each.failure() != null) ? FAILED : 0;
    }
}
