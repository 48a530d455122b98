package dev.kalends.analyze;

import java.util.List;

/// What `check` says of a database.
///
/// @param server what concerns every table
/// @param tables the largest first, unless they were named
public record CheckReport(List<Finding> server, List<TableReport> tables) {
    public CheckReport {
        server = List.copyOf(server);
        tables = List.copyOf(tables);
    }

    /// The gravest of all.
    public Verdict verdict() {
        Verdict worst = Verdict.of(server);
        for (TableReport table : tables) {
            worst = table.verdict().compareTo(worst) > 0 ? table.verdict() : worst;
        }
        return worst;
    }
}
