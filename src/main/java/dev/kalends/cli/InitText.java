package dev.kalends.cli;

import dev.kalends.analyze.CheckReport;
import dev.kalends.analyze.Finding;
import dev.kalends.analyze.TableReport;
import dev.kalends.analyze.Verdict;
import dev.kalends.config.ConfigSchema;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.ShellCommand;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.util.ArrayList;
import java.util.List;

/// A configuration with its reasons, as `init` writes it.
final class InitText {
    private static final int WIDTH = 110;

    private final String database;
    private final CheckReport report;
    private final List<TableConfig> wishes;

    /// @param database its URL without a password
    InitText(String database, CheckReport report) {
        this.database = database;
        this.report = report;
        this.wishes = wishes(report);
    }

    /// Those that plan accepts. A table is paired only with one that is in the file too.
    private static List<TableConfig> wishes(CheckReport report) {
        List<TableConfig> wanted = new ArrayList<>();
        for (TableReport table : report.tables()) {
            TableConfig wish = table.recommendation().wish();
            if (wish != null && table.verdict() != Verdict.REFUSED) {
                wanted.add(wish);
            }
        }
        return wanted.stream().map(wish -> alone(wish, wanted)).toList();
    }

    private static TableConfig alone(TableConfig wish, List<TableConfig> all) {
        boolean partner =
                all.stream()
                        .anyMatch(each ->
                                !each.equals(wish)
                                        && each.partition() instanceof PartitionConfig.ByTime parent
                                        && wish.partition() instanceof PartitionConfig.ByTime child
                                        && parent.every() == child.every()
                                        && parent.timeZone().equals(child.timeZone()));
        if (wish.contract().references() != ContractConfig.References.PAIRED || partner) {
            return wish;
        }
        return new TableConfig(
                wish.table(),
                wish.partition(),
                new ContractConfig(wish.contract().uniques(), null, wish.contract().keyless()),
                wish.layout());
    }

    /// What the file converts.
    List<QualifiedName> tables() {
        return wishes.stream().map(TableConfig::table).toList();
    }

    /// The command that comes next.
    String next() {
        return ShellCommand.of("plan", wishes.getFirst().table());
    }

    String yaml() {
        List<String> lines = new ArrayList<>();
        lines.add(ConfigSchema.MODELINE);
        lines.add("#");
        comment(
                lines,
                "",
                "Written by kalends init from statistics and small samples. kalends plan TABLE shows every step and reads the"
                        + " key of every row; nothing is changed before kalends migrate TABLE.");
        lines.add("");
        comment(lines, "", "The password comes from PGPASSWORD or ~/.pgpass.");
        lines.add("database: " + ConfigText.scalar(database));
        lines.add("");
        comment(
                lines,
                "",
                "Space free on the server's disk, which the server does not tell; with it, a copy that would not fit is refused.");
        lines.add("# diskFree: 100GB");
        lines.add("");
        lines.add(wishes.isEmpty() ? "tables: []" : "tables:");
        for (TableConfig wish : wishes) {
            table(lines, report(wish.table()), wish);
        }
        others(lines);
        lines.add("");
        comment(lines, "", "The defaults of how it is done:");
        lines.add("# copy: {sessions: 2, chunkBytes: 64MB, sortMemory: 256MB}");
        lines.add(
                "# switch: {lockTimeout: 200ms, attempts: 60, retryPause: 1s, rowsInLockMax: 200}");
        lines.add("# throttle: {replicaLag: 10s, replicaLagBytes: 256MB, longTransaction: 30 min}");
        lines.add("# cleanup: {grace: 24 h}");
        return String.join("\n", lines) + "\n";
    }

    private TableReport report(QualifiedName table) {
        return report.tables().stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElseThrow();
    }

    private static void table(List<String> lines, TableReport table, TableConfig wish) {
        comment(
                lines,
                "  ",
                "About %s rows, %s with indexes. %s"
                        .formatted(
                                Screen.count(table.figures().rows()),
                                new ByteSize(
                                                table.figures().tableBytes()
                                                        + table.figures().indexBytes())
                                        .display(),
                                table.recommendation().why()));
        if (!table.recommendation().alternative().isEmpty()) {
            comment(lines, "  ", table.recommendation().alternative());
        }
        for (Finding finding : table.findings()) {
            if (finding.weight() == Finding.Weight.CHANGE) {
                comment(lines, "  ", "Note: " + finding.text());
            }
        }
        ConfigText.entry(wish).lines().forEach(line -> lines.add("  " + line));
        if (wish.partition() instanceof PartitionConfig.ByTime) {
            lines.add("    # lifecycle: {exportAfter: 12 months, retain: 24 months}");
        }
    }

    /// What is left as it is, and why.
    private void others(List<String> lines) {
        List<QualifiedName> written = tables();
        List<TableReport> left =
                report.tables().stream().filter(each -> !written.contains(each.table())).toList();
        if (left.isEmpty()) {
            return;
        }
        lines.add("");
        comment(lines, "", "Left as they are:");
        for (TableReport table : left) {
            comment(
                    lines,
                    "",
                    "- %s (%s): %s"
                            .formatted(
                                    table.table().display(),
                                    table.verdict().words(),
                                    table.reason()));
        }
    }

    /// In lines of one width. Line feeds in names do not end a comment.
    private static void comment(List<String> lines, String indent, String text) {
        StringBuilder line = new StringBuilder(indent + "#");
        for (String word : text.split("\\s+", -1)) {
            if (line.length() + word.length() > WIDTH && line.length() > indent.length() + 1) {
                lines.add(line.toString());
                line = new StringBuilder(indent + "#");
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
    }
}
