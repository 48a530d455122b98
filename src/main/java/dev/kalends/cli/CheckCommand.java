package dev.kalends.cli;

import dev.kalends.analyze.Check;
import dev.kalends.analyze.CheckReport;
import dev.kalends.analyze.Verdict;
import dev.kalends.app.Checks;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.unit.ByteSize;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/// Says which tables can be converted, and how.
final class CheckCommand implements Command {
    static final String SMALLEST = "--smallest";

    private static final int CHANGES = 3;
    private static final int REFUSED = 5;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "check",
                        "Says of each table whether it can be converted as it is, what will be different, which key is"
                                + " best and why. Reads statistics, catalogs and samples of some hundred rows; changes"
                                + " nothing. Without TABLE: those of the configuration, else the largest.",
                        "  kalends check",
                        "  kalends check ConversationMessage Message",
                        "  kalends check --smallest 1GB --output json");
        Options.addTablesOrNone(spec);
        Options.add(
                spec,
                SMALLEST,
                "SIZE",
                ByteSize.class,
                ByteSize::parse,
                "Smaller tables are better left as they are (default: 100MB).");
        Map<String, String> exitCodes = new LinkedHashMap<>(spec.usageMessage().exitCodeList());
        exitCodes.put("0", "every table is ready, or better left as it is");
        exitCodes.put("3", "a table is ready with changes");
        exitCodes.put("5", "a table would be refused, or the check itself was");
        spec.usageMessage().exitCodeList(exitCodes);
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        Config config = call.config();
        CheckReport report =
                new Checks(call.target(config), config, call.console().clock())
                        .check(
                                call.tables(),
                                call.option(SMALLEST, ByteSize.class, Check.SMALLEST));
        if (call.json()) {
            call.print(CheckView.of(report));
        } else {
            new CheckText(call.screen()).print(report);
        }
        return exitCode(report.verdict());
    }

    private static int exitCode(Verdict verdict) {
        return switch (verdict) {
            case NOT_NEEDED, READY -> 0;
            case READY_WITH_CHANGES -> CHANGES;
            case REFUSED -> REFUSED;
        };
    }
}
