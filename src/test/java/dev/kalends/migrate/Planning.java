package dev.kalends.migrate;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Plan;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.TestTable;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;

/// What a planner is given: a server of version 16, a role that may everything, rows from
/// 2024-03-15 to 2024-04-30, on 2024-05-17, and the wish for monthly partitions and one ahead.
record Planning(
        ServerFacts server,
        RoleFacts role,
        TableFacts table,
        KeyFacts key,
        LocalDateTime now,
        TableConfig wish,
        Config config) {
    static Planning of(TestTable table) {
        TableFacts facts = table.facts();
        return new Planning(
                server(16, ServerFacts.Writability.PRIMARY),
                new RoleFacts(List.of()),
                facts,
                new KeyFacts("2024-03-15 10:00:00", "2024-04-30 23:59:59.999", 0, 0, 1.0),
                LocalDateTime.parse("2024-05-17T12:00"),
                wish(facts, "at", Interval.MONTH, 1, List.of()),
                Config.defaults());
    }

    static ServerFacts server(int version, ServerFacts.Writability writability) {
        return new ServerFacts(
                version,
                version + ".3",
                "sales",
                Identifier.of("kalends"),
                ServerFacts.Standing.ORDINARY,
                writability,
                ServerFacts.Path.DIRECT,
                8192);
    }

    private static TableConfig wish(
            TableFacts table, String key, Interval every, int ahead, List<String> clusterBy) {
        return new TableConfig(
                table.name(),
                PartitionConfig.of(
                        Identifier.of(key),
                        every,
                        ahead,
                        ZoneId.of("UTC"),
                        PartitionNames.standard()),
                new LayoutConfig(clusterBy.stream().map(Identifier::of).toList()));
    }

    Planning on(ServerFacts other) {
        return new Planning(other, role, table, key, now, wish, config);
    }

    Planning missing(String... rights) {
        return new Planning(server, new RoleFacts(List.of(rights)), table, key, now, wish, config);
    }

    Planning rows(KeyFacts other) {
        return new Planning(server, role, table, other, now, wish, config);
    }

    Planning at(String time) {
        return new Planning(server, role, table, key, LocalDateTime.parse(time), wish, config);
    }

    Planning by(String column, Interval every, String... clusterBy) {
        return new Planning(
                server,
                role,
                table,
                key,
                now,
                wish(table, column, every, 1, List.of(clusterBy)),
                config);
    }

    Planning with(Config other) {
        return new Planning(server, role, table, key, now, wish, other);
    }

    Plan plan() {
        return MigrationPlanner.plan(new Situation(server, role, table, key, now), wish, config);
    }

    MigrationSpec spec() {
        return plan().spec();
    }
}
