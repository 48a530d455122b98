package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.carry.InventoryComparison;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.migrate.Validator;
import dev.kalends.sql.QualifiedName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Compares the two tables again.
final class ValidateCommand implements Command {
    /// @param checksum sum of the rows' 64-bit hashes, of both tables since they are equal
    record PartitionView(String partition, long rows, String checksum, boolean equal) {}

    /// @param waitingWrites captured and not replayed yet; their rows were left out on both sides
    /// @param carried what became of what the table had; null before the switch
    record Result(
            String table,
            boolean equal,
            long rows,
            String checksum,
            long waitingWrites,
            List<PartitionView> partitions,
            @Nullable InventoryComparison carried) {
        static Result of(
                QualifiedName table, List<Validator.Result> results, MigrationStatus status) {
            long rows = 0;
            BigDecimal checksum = BigDecimal.ZERO;
            boolean equal = true;
            List<PartitionView> partitions = new ArrayList<>();
            for (Validator.Result each : results) {
                rows += each.rows();
                checksum = checksum.add(each.checksum());
                equal &= each.equal();
                partitions.add(
                        new PartitionView(
                                each.partition().name().value(),
                                each.rows(),
                                each.checksum().toPlainString(),
                                each.equal()));
            }
            return new Result(
                    table.display(),
                    equal,
                    rows,
                    checksum.toPlainString(),
                    status.waiting(),
                    partitions,
                    status.carried());
        }
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "validate",
                        "Compares rows and content of every partition with the other table, while both are in use."
                                + " Before the switch that is the live table, after it the old one.",
                        "  kalends validate ConversationMessage",
                        "  kalends validate ConversationMessage --output json");
        Options.addTable(spec, "1");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        Config config = call.config();
        QualifiedName table = call.table();
        Result result =
                LongWork.run(
                        call,
                        config,
                        (kalends, _) ->
                                Result.of(table, kalends.validate(table), kalends.underWay(table)));
        if (call.json()) {
            call.print(result);
        } else {
            show(call.screen(), result);
        }
        return 0;
    }

    private static void show(Screen screen, Result result) {
        List<List<String>> rows = new ArrayList<>();
        for (PartitionView each : result.partitions()) {
            rows.add(
                    List.of(
                            each.partition(),
                            Screen.count(each.rows()),
                            each.checksum(),
                            each.equal() ? "equal" : "different"));
        }
        rows.add(List.of("together", Screen.count(result.rows()), result.checksum(), "all equal"));
        screen.table(List.of("partition", "rows", "checksum", ""), rows);
        if (result.waitingWrites() > 0) {
            screen.blank();
            screen.line(
                    "Left out on both sides: %s captured writes that wait to be replayed."
                            .formatted(Screen.count(result.waitingWrites())));
        }
        if (result.carried() != null) {
            CarriedText.show(screen, result.carried());
        }
    }
}
