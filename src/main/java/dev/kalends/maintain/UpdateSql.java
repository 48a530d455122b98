package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.ConfiguredSql;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.LocalDateTime;
import java.util.List;

/// Statements that update old rows.
final class UpdateSql {
    static final int ROWS_PER_BATCH = 2_000;

    private final QualifiedName table;
    private final LifecycleConfig.Update update;
    private final Literal before;

    /// @param now local time of the scheme's zone
    UpdateSql(
            QualifiedName table,
            Scheme.TimeRange scheme,
            LifecycleConfig.Update update,
            LocalDateTime now) {
        this.table = table;
        this.scheme = scheme;
        this.update = update;
        this.before = scheme.bound(cut(now.minus(update.after().period()), scheme));
    }

    private final Scheme.TimeRange scheme;

    /// A date knows no time of day.
    private static LocalDateTime cut(LocalDateTime at, Scheme.TimeRange scheme) {
        return scheme.codec().castName().equals("date")
                ? at.toLocalDate().atStartOfDay()
                : at.truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    }

    /// The rule as one text, by which the journal knows it.
    String rule() {
        return "after %s set %s where %s"
                .formatted(update.after().display(), update.set(), update.where());
    }

    private static final String BATCH =
            """
            WITH batch AS MATERIALIZED (
                SELECT {name}.ctid AS place FROM {leaf} AS {name}
                 WHERE {name}.{key} < {before} AND ({where}) LIMIT {most} FOR UPDATE SKIP LOCKED),
            done AS (
                UPDATE {leaf} AS {name} SET {set} FROM batch WHERE {name}.ctid = batch.place
                RETURNING coalesce(({where}), false) AS again)
            SELECT count(*), count(*) FILTER (WHERE again) FROM done
            """;

    /// Updates some rows; gives how many, and how many of them would be updated again.
    ///
    /// @param leaf a table that holds rows itself
    Sql batch(QualifiedName leaf) {
        return Sql.text(BATCH)
                .put("leaf", leaf)
                .put("name", table.name())
                .put("key", scheme.key())
                .put("before", before)
                .put("where", new ConfiguredSql(update.where()))
                .put("set", new ConfiguredSql(update.set()))
                .put("most", Literal.of(ROWS_PER_BATCH))
                .build();
    }

    private static final String LEFT =
            "SELECT EXISTS (SELECT FROM {leaf} AS {name} WHERE {name}.{key} < {before} AND ({where}))";

    /// Whether rows are left that somebody else has locked.
    Sql left(QualifiedName leaf) {
        return Sql.text(LEFT)
                .put("leaf", leaf)
                .put("name", table.name())
                .put("key", scheme.key())
                .put("before", before)
                .put("where", new ConfiguredSql(update.where()))
                .build();
    }

    MaintenanceStep.UpdateRows step(PartitionSet.Member member) {
        return new MaintenanceStep.UpdateRows(
                table, member.name(), rule(), List.of(batch(member.name())), List.of());
    }
}
