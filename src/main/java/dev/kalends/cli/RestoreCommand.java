package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.Restoring;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.TableNames;
import dev.kalends.execute.StopSignal;
import dev.kalends.maintain.Restoration;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/// Brings archived partitions back.
final class RestoreCommand implements Command {
    private static final String WITHOUT_ORPHANS = "--without-orphans";
    private static final String JOBS = "--jobs";
    private static final String INTO = "--into";
    private static final String INTO_DATABASE = "--into-database";
    private static final int JOBS_DEFAULT = 2;
    private static final int JOBS_MAX = 16;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "restore",
                        "Brings archived partitions of a table back: loads each into a table equal to its siblings, compares rows"
                                + " and checksum, indexes and attaches it. Rows whose parents are gone are told, and the"
                                + " partition stays a table of its own until told otherwise. What was restored is not archived"
                                + " again until kalends archive export asks for it. The archive stays as it is.",
                        "  kalends restore ConversationMessage --from 2023-01 --to 2023-04",
                        "  kalends restore ConversationMessage --from 2023-01 --to 2023-02 --without-orphans",
                        "  kalends restore ConversationMessage --from 2023 --to 2024 --into audit.messages_2023");
        Options.addTable(spec, "1");
        ArchiveRange.add(spec);
        Options.addFlag(
                spec,
                WITHOUT_ORPHANS,
                "Leaves rows whose parents are gone out of what is restored; the archive keeps them.");
        Options.add(
                spec,
                JOBS,
                "N",
                Integer.class,
                RestoreCommand::jobs,
                "Partitions at once, 1 to 16; 2 unless given.");
        Options.add(
                spec,
                INTO,
                "TABLE",
                QualifiedName.class,
                TableNames::parse,
                "Adds the rows to this table instead, which is made if it is not there; nothing is attached.");
        Options.add(
                spec,
                INTO_DATABASE,
                "URL",
                String.class,
                text -> text,
                "With --into: the database of that table, if it is another one.");
        return spec;
    }

    private static int jobs(String text) {
        int jobs = Options.count(text);
        if (jobs < 1 || jobs > JOBS_MAX) {
            throw new IllegalArgumentException(
                    "Cannot use %d jobs: 1 to %d are possible".formatted(jobs, JOBS_MAX));
        }
        return jobs;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        Config config = call.config();
        StopSignal stop = new StopSignal();
        try (Interrupts _ = new Interrupts(stop, call.console().err());
                ArchiveAccess access = call.archive(config)) {
            Target target = call.target(config);
            Restoring restoring =
                    new Restoring(target, config, call.console().clock(), stop, access);
            QualifiedName into = call.option(INTO, QualifiedName.class);
            if (into != null) {
                String database = call.option(INTO_DATABASE, String.class);
                Target other =
                        database == null
                                ? target
                                : Target.parse(database, call.console().variable("PGPASSWORD"));
                return ArchiveCommand.tell(
                        call, restoring.into(ArchiveRange.of(call), other, into), "%s is loaded.");
            }
            return ArchiveCommand.tell(
                    call,
                    restoring.restore(
                            ArchiveRange.of(call),
                            call.has(WITHOUT_ORPHANS)
                                    ? Restoration.Orphans.REMOVED
                                    : Restoration.Orphans.LISTED,
                            call.option(JOBS, Integer.class, JOBS_DEFAULT)),
                    "%s is restored.");
        }
    }
}
