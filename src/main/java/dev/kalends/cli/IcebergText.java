package dev.kalends.cli;

import dev.kalends.app.IcebergTables.Shown;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells what Iceberg tables show.
final class IcebergText {
    private IcebergText() {}

    /// One table for programs.
    ///
    /// @param code of the failure; null if it is up to date
    record IcebergView(
            String table,
            String iceberg,
            int files,
            long rows,
            int added,
            int removed,
            List<String> leftOut,
            @Nullable String code,
            @Nullable String failure,
            @Nullable String next) {
        static IcebergView of(Shown shown) {
            KalendsException failure = shown.failure();
            return new IcebergView(
                    shown.table().display(),
                    shown.name(),
                    shown.files(),
                    shown.rows(),
                    shown.added(),
                    shown.removed(),
                    shown.leftOut(),
                    failure == null ? null : failure.code().name(),
                    failure == null ? null : failure.what(),
                    failure == null ? null : failure.next());
        }
    }

    /// @return 1 if a table is not up to date or cannot show all
    static int tell(Call call, List<Shown> all) {
        if (all.isEmpty()) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "The configuration names no Iceberg table.",
                    Call.UNCHANGED,
                    "Write lifecycle: {iceberg: NAMESPACE.TABLE} to a table.");
        }
        if (call.json()) {
            call.print(Map.of("tables", all.stream().map(IcebergView::of).toList()));
        } else {
            for (Shown each : all) {
                call.screen().line(line(each));
                each.leftOut().forEach(call.screen()::line);
            }
        }
        return all.stream().anyMatch(each -> each.failure() != null || !each.leftOut().isEmpty())
                ? 1
                : 0;
    }

    private static String line(Shown shown) {
        KalendsException failure = shown.failure();
        return failure == null
                ? "%s shows %,d archived rows of %s in %d files; %d partitions came, %d went."
                        .formatted(
                                shown.name(),
                                shown.rows(),
                                shown.table().display(),
                                shown.files(),
                                shown.added(),
                                shown.removed())
                : "%s: %s: %s %s %s"
                        .formatted(
                                shown.name(),
                                failure.code(),
                                failure.what(),
                                failure.state(),
                                failure.next());
    }
}
