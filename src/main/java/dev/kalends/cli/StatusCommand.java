package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.carry.InventoryComparison;
import dev.kalends.config.ConfigException;
import dev.kalends.journal.Counts;
import dev.kalends.journal.Migration;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Shows where the migrations stand.
final class StatusCommand implements Command {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// @param since when the phase began
    /// @param progressPercent of the phase
    /// @param rows copied
    /// @param holder who works on it; empty when nobody does
    /// @param rollbackPossible whether a rollback would succeed now
    /// @param carried what became of what the table had; null while the table is not switched
    record View(
            long migrationId,
            String table,
            String phase,
            String since,
            int progressPercent,
            long rows,
            int partitions,
            long waitingWrites,
            String holder,
            boolean stopRequested,
            boolean cleaned,
            boolean rollbackPossible,
            List<String> rollbackObstacles,
            @Nullable InventoryComparison carried,
            String next) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "status",
                        "Shows every migration, or those of one table: phase, progress, waiting writes, who works on it,"
                                + " whether a rollback is possible, and what to run next.",
                        "  kalends status",
                        "  kalends status ConversationMessage --output json");
        Options.addTable(spec, "0..1");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        QualifiedName table = call.tableOrNull();
        List<MigrationStatus> all = call.kalends(call.config()).status(table);
        if (call.json()) {
            call.print(all.stream().map(StatusCommand::view).toList());
        } else if (all.isEmpty()) {
            call.screen()
                    .line(
                            table == null
                                    ? "No migrations."
                                    : "No migration of %s.".formatted(table));
        } else {
            show(call.screen(), all.stream().map(StatusCommand::view).toList());
        }
        return 0;
    }

    private static View view(MigrationStatus status) {
        Migration migration = status.migration();
        return new View(
                migration.id(),
                migration.spec().table().display(),
                migration.phase().name(),
                migration.phaseAt().toString(),
                percent(migration.phase(), status.counts()),
                status.counts().rowsCopied(),
                migration.spec().partitions().size(),
                status.waiting(),
                status.holder(),
                migration.stop() == Migration.StopRequest.REQUESTED,
                migration.cleaned() == Migration.Remains.CLEANED,
                migration.phase() == Phase.SWITCHED && status.rollbackObstacles().isEmpty(),
                status.rollbackObstacles(),
                status.carried(),
                NextStep.after(status));
    }

    private static int percent(Phase phase, Counts counts) {
        return switch (phase) {
            case PREPARED -> 0;
            case COPYING -> percent(counts.chunksCopied(), counts.chunks());
            case INDEXING -> percent(counts.leavesIndexed(), counts.leaves());
            case CATCHING_UP -> 0;
            case VALIDATING -> percent(counts.leavesValidated(), counts.leaves());
            case READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK -> 100;
        };
    }

    private static int percent(long done, long total) {
        return total == 0 ? 0 : (int) (100 * done / total);
    }

    private static void show(Screen screen, List<View> views) {
        List<List<String>> rows = new ArrayList<>();
        for (View each : views) {
            rows.add(
                    List.of(
                            each.table(),
                            each.phase(),
                            TIME.format(java.time.Instant.parse(each.since())),
                            each.progressPercent() + " %",
                            Screen.count(each.rows()),
                            Screen.count(each.waitingWrites())));
        }
        screen.table(
                List.of("table", "phase", "since", "progress", "rows", "waiting writes"), rows);
        for (View each : views) {
            if (each.next().isEmpty()) {
                continue;
            }
            screen.blank();
            screen.heading(each.table());
            screen.line("  worked on by  " + (each.holder().isEmpty() ? "nobody" : each.holder()));
            if (each.stopRequested()) {
                screen.line("  stop          requested");
            }
            screen.line("  rollback      " + rollback(each));
            if (each.carried() != null) {
                screen.line("  carried over  " + CarriedText.line(each.carried()));
            }
            screen.line("  next          " + each.next());
        }
    }

    private static String rollback(View view) {
        if (view.rollbackPossible()) {
            return "possible";
        }
        return view.rollbackObstacles().isEmpty()
                ? "not applicable in this phase"
                : "not possible: " + String.join("; ", view.rollbackObstacles());
    }
}
