package dev.kalends.bench;

import java.util.List;
import java.util.SequencedMap;

/// What one run of `bench/run inbox` found.
record InboxResult(
        String startedAt,
        Result.Machine machine,
        String serverVersion,
        SequencedMap<String, String> serverSettings,
        String collation,
        long conversations,
        int runs,
        List<Figures> figures) {
    InboxResult {
        figures = List.copyOf(figures);
    }

    /// One query on one layout of "Conversation".
    ///
    /// @param partitions 0 for the plain table
    /// @param church its rank by size among all, and its conversations
    /// @param rows that the query returns
    /// @param milliseconds planning and execution, of each run
    /// @param buffers pages of 8 kB read in execution, the median
    record Figures(
            String layout,
            int partitions,
            String query,
            String church,
            long rows,
            List<Double> milliseconds,
            double buffers) {
        Figures {
            milliseconds = List.copyOf(milliseconds);
        }

        double median() {
            return Page.median(milliseconds.stream().mapToDouble(each -> each).toArray());
        }

        double least() {
            return milliseconds.stream().mapToDouble(each -> each).min().orElseThrow();
        }
    }

    String markdown() {
        Page page = new Page();
        page.line("# The inbox of %,d conversations".formatted(conversations));
        page.line("");
        page.origin(startedAt, machine, serverVersion, serverSettings);
        page.line("- collation %s, median of %d warm runs".formatted(collation, runs));
        List<String> queries = figures.stream().map(Figures::query).distinct().toList();
        for (String query : queries) {
            page.section(
                    query,
                    """
                    Planning and execution together; buffers are pages of 8 kB read in execution.
                    """);
            page.row("church", "layout", "partitions", "rows", "ms", "least ms", "buffers");
            page.row("---", "---", "---:", "---:", "---:", "---:", "---:");
            for (Figures each : figures) {
                if (each.query().equals(query)) {
                    page.row(
                            each.church(),
                            each.layout(),
                            Integer.toString(each.partitions()),
                            Long.toString(each.rows()),
                            Page.text("%.3f", each.median()),
                            Page.text("%.3f", each.least()),
                            Page.text("%.0f", each.buffers()));
                }
            }
        }
        return page.text();
    }
}
