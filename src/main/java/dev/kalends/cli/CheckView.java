package dev.kalends.cli;

import dev.kalends.analyze.CheckReport;
import dev.kalends.analyze.Figures;
import dev.kalends.analyze.Finding;
import dev.kalends.analyze.TableReport;
import dev.kalends.config.TableConfig;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A check as programs read it.
record CheckView(String verdict, List<FindingView> server, List<TableView> tables) {
    record FindingView(String weight, String topic, String text, String remedy) {}

    record TableView(
            String table,
            String verdict,
            String reason,
            RecommendationView recommendation,
            Figures figures,
            List<FindingView> findings) {}

    /// @param entry as kalends.yaml has it; null to leave the table as it is
    record RecommendationView(@Nullable String entry, String why, String alternative) {}

    static CheckView of(CheckReport report) {
        return new CheckView(
                report.verdict().words(),
                report.server().stream().map(CheckView::finding).toList(),
                report.tables().stream().map(CheckView::table).toList());
    }

    private static FindingView finding(Finding finding) {
        return new FindingView(
                finding.weight().name().toLowerCase(Locale.ROOT),
                finding.topic(),
                finding.text(),
                finding.remedy());
    }

    private static TableView table(TableReport table) {
        TableConfig wish = table.recommendation().wish();
        return new TableView(
                table.table().display(),
                table.verdict().words(),
                table.reason(),
                new RecommendationView(
                        wish == null ? null : ConfigText.entry(wish),
                        table.recommendation().why(),
                        table.recommendation().alternative()),
                table.figures(),
                table.findings().stream().map(CheckView::finding).toList());
    }
}
