package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.Maintenance;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.plan.MaintenanceWork;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import picocli.CommandLine.Model.CommandSpec;

/// One tick of maintenance.
final class MaintainCommand implements Command {
    static final String PLAN = "--plan";
    static final String AT = "--at";
    static final String ONLY = "--only";
    private static final String SQL = "--sql";

    private static final int FAILED = 1;
    private static final int WAITS = 5;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "maintain",
                        "Does what is due for partitioned tables: makes partitions ahead and in gaps, puts rows of default"
                                + " partitions where they belong, updates, exports, detaches and drops by age as configured."
                                + " Safe at any time, again and again, on any number of nodes. What removes rows under a"
                                + " policy for the first time is listed and waits for --yes. Without TABLE: all tables that"
                                + " were converted or adopted.",
                        "  kalends maintain --plan",
                        "  kalends maintain",
                        "  kalends maintain MessageQueue --yes",
                        "  kalends maintain --plan --at 2027-03-01");
        Options.addTablesOrNone(spec);
        Options.addFlag(spec, PLAN, "Shows what would be done, with its SQL; changes nothing.");
        Options.addFlag(spec, SQL, "With --plan: shows every statement, not only the first ones.");
        Options.add(
                spec,
                AT,
                "TIME",
                Instant.class,
                MaintainCommand::instant,
                "With --plan: by this time instead of now, in UTC.");
        Options.add(
                spec,
                ONLY,
                "WORK",
                MaintenanceWork.class,
                MaintainCommand::work,
                "create or lifecycle: only this kind of work.");
        Map<String, String> exitCodes = new LinkedHashMap<>(spec.usageMessage().exitCodeList());
        exitCodes.put("0", "what was due is done, or nothing was");
        exitCodes.put("1", "something failed; the rest is done");
        exitCodes.put("5", "something would remove rows and waits for a yes; the rest is done");
        spec.usageMessage().exitCodeList(exitCodes);
        return spec;
    }

    /// @throws IllegalArgumentException if it is no time
    static Instant instant(String text) {
        try {
            if (text.length() <= 10) {
                return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            return text.endsWith("Z") || text.matches(".*[+-]\\d{2}:\\d{2}")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a time: write 2027-03-01 or 2027-03-01T02:30"
                            .formatted(text),
                    e);
        }
    }

    private static MaintenanceWork work(String text) {
        for (MaintenanceWork each : MaintenanceWork.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "Cannot read \"%s\" as a kind of work: use create or lifecycle".formatted(text));
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        Config config = call.config();
        MaintenanceWork only = call.option(ONLY, MaintenanceWork.class);
        Set<MaintenanceWork> work =
                only == null ? EnumSet.allOf(MaintenanceWork.class) : EnumSet.of(only);
        boolean plan = call.has(PLAN);
        Instant at = call.option(AT, Instant.class);
        if (at != null && !plan) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "--at says when a plan is made for, and there is no --plan.",
                    Call.UNCHANGED,
                    "Add --plan. A tick that acts goes by the clock.");
        }
        Clock clock = at == null ? call.console().clock() : Clock.fixed(at, ZoneOffset.UTC);
        StopSignal stop = new StopSignal();
        TickReport report;
        try (Interrupts _ = new Interrupts(stop, call.console().err());
                ArchiveAccess archive = call.archive(config)) {
            Maintenance maintenance =
                    new Maintenance(call.target(config), config, clock, stop, event -> {}, archive);
            if (plan) {
                report = maintenance.plan(call.tables(), work);
                print(call, report, MaintainText::plan);
            } else {
                report = run(call, maintenance, work);
            }
        }
        if (report.failed()) {
            return FAILED;
        }
        return report.waits() ? WAITS : 0;
    }

    private static TickReport run(Call call, Maintenance maintenance, Set<MaintenanceWork> work)
            throws IOException {
        TickReport report =
                maintenance.run(
                        call.tables(),
                        work,
                        call.has(Options.YES) ? Tick.Consent.GIVEN : Tick.Consent.NOT_GIVEN);
        print(call, report, MaintainText::done);
        if (report.waits() && call.console().kind() == Console.Kind.TERMINAL && !call.json()) {
            call.confirm("Do what waits for a yes, and from now on without asking?");
            report = maintenance.run(call.tables(), work, Tick.Consent.GIVEN);
            print(call, report, MaintainText::done);
        }
        return report;
    }

    private static void print(
            Call call, TickReport report, BiConsumer<MaintainText, TickReport> words) {
        if (call.json()) {
            call.print(MaintainView.of(report));
        } else {
            words.accept(
                    new MaintainText(
                            call.screen(),
                            call.has(SQL) ? PlanText.Statements.ALL : PlanText.Statements.FIRST),
                    report);
        }
    }
}
