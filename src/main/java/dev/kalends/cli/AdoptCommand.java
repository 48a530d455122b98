package dev.kalends.cli;

import dev.kalends.app.Adoption;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TimeZones;
import dev.kalends.failure.ShellCommand;
import dev.kalends.key.KeyCodec;
import dev.kalends.maintain.AdoptionPlan;
import dev.kalends.maintain.AdoptionWish;
import dev.kalends.sql.QualifiedName;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Takes a partitioned table over.
final class AdoptCommand implements Command {
    private static final String RELEASE = "--release";

    /// @param partitioned how, in words
    record View(String table, Outcome outcome, String partitioned, List<String> notes) {}

    /// What became of the call.
    enum Outcome {
        ADOPTED,
        COULD_BE_ADOPTED,
        RELEASED
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "adopt",
                        "Takes over a table that is partitioned already, by hand or by another program, so that kalends"
                                + " maintain makes its partitions ahead and takes old ones out. Checks it first: what cannot"
                                + " be maintained is refused, what is odd is told. Nothing in the table is changed.",
                        "  kalends adopt Event --dry-run",
                        "  kalends adopt Event",
                        "  kalends adopt audit.Entry --every month --time-zone Europe/Berlin",
                        "  kalends adopt Event --release");
        Options.addTable(spec, "1");
        Options.add(
                spec,
                Options.EVERY,
                "INTERVAL",
                Every.class,
                Every::parse,
                "How new partitions are cut, where the bounds do not show it: month, week, …, or how many numbers.");
        Options.add(
                spec,
                Options.FORMAT,
                "FORMAT",
                String.class,
                text -> KeyCodec.of(text).code(),
                "How the key holds the time, where its type and values do not show it: cuid, uuidv7, epoch-ms, …");
        Options.add(
                spec,
                Options.TIME_ZONE,
                "ZONE",
                ZoneId.class,
                TimeZones::parse,
                "Where days begin: UTC (default) or a name such as Europe/Berlin.");
        Options.add(
                spec,
                Options.AHEAD,
                "COUNT",
                Integer.class,
                Options::count,
                "Partitions made after the current one (default: 3).");
        Options.addFlag(spec, Options.DRY_RUN, "Checks and tells; takes nothing over.");
        Options.addFlag(
                spec, RELEASE, "Ends the maintenance of the table; nothing in it is changed.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        Config config = call.config();
        QualifiedName table = call.table();
        Adoption adoption = new Adoption(call.target(config), call.console().clock());
        if (call.has(RELEASE)) {
            adoption.release(table);
            tell(call, new View(table.display(), Outcome.RELEASED, "", List.of()));
            return 0;
        }
        AdoptionWish wish = wish(call, config.table(table));
        boolean dry = call.has(Options.DRY_RUN);
        AdoptionPlan plan = dry ? adoption.plan(table, wish) : adoption.adopt(table, wish);
        tell(
                call,
                new View(
                        table.display(),
                        dry ? Outcome.COULD_BE_ADOPTED : Outcome.ADOPTED,
                        Objects.requireNonNull(plan.spec()).scheme().words(),
                        plan.notes()));
        return 0;
    }

    private static void tell(Call call, View view) {
        if (call.json()) {
            call.print(view);
            return;
        }
        Screen screen = call.screen();
        screen.line(
                switch (view.outcome()) {
                    case RELEASED ->
                            "%s is not under maintenance any more.".formatted(view.table());
                    case ADOPTED ->
                            "%s is under maintenance now: partitioned %s."
                                    .formatted(view.table(), view.partitioned());
                    case COULD_BE_ADOPTED ->
                            "%s can be taken over: partitioned %s. Nothing was changed."
                                    .formatted(view.table(), view.partitioned());
                });
        view.notes().forEach(note -> screen.line("  " + note));
        if (view.outcome() == Outcome.ADOPTED) {
            screen.line("Next: %s --plan".formatted(ShellCommand.of("maintain", call.table())));
        }
    }

    private static AdoptionWish wish(Call call, @Nullable TableConfig listed) {
        Every every = call.option(Options.EVERY, Every.class);
        String text =
                switch (every) {
                    case null -> configuredEvery(listed);
                    case Every.Time time -> time.interval().word();
                    case Every.Numbers numbers -> Long.toString(numbers.count());
                };
        PartitionConfig.ByTime times =
                listed != null && listed.partition() instanceof PartitionConfig.ByTime found
                        ? found
                        : null;
        String format = call.option(Options.FORMAT, String.class);
        return new AdoptionWish(
                text,
                format == null && times != null ? times.format() : format,
                call.option(
                        Options.TIME_ZONE,
                        ZoneId.class,
                        times == null ? PartitionConfig.TIME_ZONE_DEFAULT : times.timeZone()),
                call.option(
                        Options.AHEAD,
                        Integer.class,
                        times == null ? PartitionConfig.AHEAD_DEFAULT : times.ahead()),
                listed == null ? PartitionNames.standard() : listed.partition().names());
    }

    private static @Nullable String configuredEvery(@Nullable TableConfig listed) {
        if (listed == null) {
            return null;
        }
        return switch (listed.partition()) {
            case PartitionConfig.ByTime times -> times.every().word();
            case PartitionConfig.ByNumber numbers -> Long.toString(numbers.every());
            case PartitionConfig.ByHash _, PartitionConfig.ByList _ -> null;
        };
    }
}
