package dev.kalends.analyze;

import dev.kalends.config.TableConfig;
import dev.kalends.sql.QualifiedName;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `check` says of one table.
///
/// @param wish what was looked at: the configured way, or the recommended one; null if none
/// @param reason the verdict's, in a sentence
/// @param findings the gravest first
public record TableReport(
        QualifiedName table,
        Verdict verdict,
        String reason,
        @Nullable TableConfig wish,
        Recommendation recommendation,
        Figures figures,
        List<Finding> findings) {
    public TableReport {
        findings =
                findings.stream().sorted(Comparator.comparing(Finding::weight).reversed()).toList();
    }
}
