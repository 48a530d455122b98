package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.SetSpec;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Statements that take one partition out of its table, and back.
final class RetireSql {
    private static final Identifier BOUNDS = Identifier.of("kalends_bounds");

    private final PartitionSet set;
    private final SetSpec spec;
    private final PartitionSet.Member member;

    RetireSql(PartitionSet set, SetSpec spec, PartitionSet.Member member) {
        this.set = set;
        this.spec = spec;
        this.member = member;
    }

    /// How it can be detached: CONCURRENTLY unless a default partition exists or a foreign key
    /// points at the table, whose check needs a lock.
    MaintenanceStep.Retire.Manner manner() {
        boolean referenced =
                set.references().stream().anyMatch(each -> each.referencedOid() == set.oid());
        return set.rest() != null || referenced
                ? MaintenanceStep.Retire.Manner.LOCKED
                : MaintenanceStep.Retire.Manner.CONCURRENTLY;
    }

    Sql detach() {
        return Sql.text("ALTER TABLE {root} DETACH PARTITION {leaf}")
                .put("root", set.name())
                .put("leaf", member.name())
                .build();
    }

    Sql detachConcurrently() {
        return Sql.text("ALTER TABLE {root} DETACH PARTITION {leaf} CONCURRENTLY")
                .put("root", set.name())
                .put("leaf", member.name())
                .build();
    }

    static Sql finish(QualifiedName root, QualifiedName leaf) {
        return Sql.text("ALTER TABLE {root} DETACH PARTITION {leaf} FINALIZE")
                .put("root", root)
                .put("leaf", leaf)
                .build();
    }

    /// The locks of the locked way.
    List<LockRetry.Wanted> locks() {
        Map<QualifiedName, LockRetry.Wanted> wanted = new LinkedHashMap<>();
        wanted.put(set.name(), alone(set.name(), LockRetry.Mode.ACCESS_EXCLUSIVE));
        PartitionSet.Member rest = set.rest();
        if (rest != null) {
            wanted.put(rest.name(), alone(rest.name(), LockRetry.Mode.ACCESS_EXCLUSIVE));
        }
        wanted.put(
                member.name(),
                new LockRetry.Wanted(member.name(), LockRetry.Mode.ACCESS_EXCLUSIVE));
        for (PartitionSet.Reference each : set.references()) {
            if (each.referencedOid() == set.oid()) {
                wanted.putIfAbsent(
                        each.referencing(),
                        new LockRetry.Wanted(each.referencing(), LockRetry.Mode.ACCESS_EXCLUSIVE));
            } else if (each.referencingOid() == set.oid()) {
                wanted.putIfAbsent(
                        each.referenced(),
                        alone(each.referenced(), LockRetry.Mode.SHARE_ROW_EXCLUSIVE));
            }
        }
        return List.copyOf(wanted.values());
    }

    private static LockRetry.Wanted alone(QualifiedName table, LockRetry.Mode mode) {
        return new LockRetry.Wanted(table, mode, LockRetry.Scope.ALONE);
    }

    static Sql dropKey(QualifiedName leaf, Identifier key) {
        return Sql.text("ALTER TABLE {leaf} DROP CONSTRAINT {key}")
                .put("leaf", leaf)
                .put("key", key)
                .build();
    }

    static Sql addKey(QualifiedName leaf, Identifier key, String definition) {
        String valid =
                definition.endsWith(" NOT VALID")
                        ? definition.substring(0, definition.length() - " NOT VALID".length())
                        : definition;
        return Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {key} {definition} NOT VALID")
                .put("leaf", leaf)
                .put("key", key)
                .put("definition", ServerText.of(valid))
                .build();
    }

    static Sql validate(QualifiedName leaf, Identifier constraint) {
        return Sql.text("ALTER TABLE {leaf} VALIDATE CONSTRAINT {constraint}")
                .put("leaf", leaf)
                .put("constraint", constraint)
                .build();
    }

    private static final String CHECK =
            "ALTER TABLE {leaf} ADD CONSTRAINT {name} CHECK ({leafKey} IS NOT NULL AND {within}) NOT VALID";

    /// Says of the rows what the bounds say, so that ATTACH reads none.
    List<Sql> proveBounds() {
        Identifier key = spec.scheme().key();
        return List.of(
                Sql.text("ALTER TABLE {leaf} DROP CONSTRAINT IF EXISTS {name}")
                        .put("leaf", member.name())
                        .put("name", BOUNDS)
                        .build(),
                Sql.text(CHECK)
                        .put("leaf", member.name())
                        .put("name", BOUNDS)
                        .put("leafKey", key)
                        .put("within", RangeSql.within(member.name().name(), key, member))
                        .build(),
                validate(member.name(), BOUNDS));
    }

    List<Sql> attachAgain() {
        return List.of(
                LeafSql.attach(set.name(), member.name(), ServerText.of(member.boundsText())),
                dropKey(member.name(), BOUNDS));
    }

    static Sql drop(QualifiedName leaf) {
        return Sql.text("DROP TABLE {leaf}").put("leaf", leaf).build();
    }

    static List<Sql> move(QualifiedName leaf, Identifier schema) {
        return List.of(
                Sql.text("CREATE SCHEMA IF NOT EXISTS {schema}").put("schema", schema).build(),
                Sql.text("ALTER TABLE {leaf} SET SCHEMA {schema}")
                        .put("leaf", leaf)
                        .put("schema", schema)
                        .build());
    }

    private static final String CHECKSUM =
            "SELECT count(*), coalesce(sum(hashtextextended(CAST ((t.*) AS text), 0)::numeric), 0)::text FROM {leaf} t";

    /// Rows and an order-free checksum of their contents. The row is written `t.*`: a plain `t`
    /// would be a column of that name.
    static Sql checksum(QualifiedName leaf) {
        return Sql.text(CHECKSUM).put("leaf", leaf).build();
    }

    /// The steps for people, with everything they may lock.
    ///
    /// @param schema where it goes if it is kept; null for where it is
    MaintenanceStep.Retire step(
            MaintenanceStep.Retire.Manner manner,
            MaintenanceStep.Retire.End end,
            @Nullable Identifier schema,
            String reason) {
        List<Sql> statements = new ArrayList<>();
        List<TableLock> locks = new ArrayList<>();
        switch (manner) {
            case CONCURRENTLY -> {
                statements.add(detachConcurrently());
                locks.add(
                        new TableLock(
                                set.name(),
                                "SHARE UPDATE EXCLUSIVE",
                                "keeps only other changes of the schema waiting"));
            }
            case LOCKED -> {
                statements.add(LockRetry.lockAll(locks()));
                statements.add(detach());
                for (LockRetry.Wanted each : locks()) {
                    locks.add(
                            new TableLock(
                                    each.table(),
                                    each.mode().words(),
                                    "some milliseconds, waited for no longer than lockTimeout"));
                }
            }
            case DETACHED -> {}
        }
        for (PartitionSet.Reference each : set.references()) {
            if (each.referencingOid() == set.oid() || each.referencingOid() == member.oid()) {
                statements.add(dropKey(member.name(), each.name()));
                locks.add(
                        new TableLock(
                                each.referenced(),
                                "ACCESS EXCLUSIVE",
                                "some milliseconds, to give up the detached table's foreign key"));
            }
        }
        ReferrerSql referrers = new ReferrerSql(set, spec, member, Set.of());
        for (SetSpec.Guard guard : spec.guards()) {
            statements.add(referrers.lockKeys(guard));
            statements.add(referrers.deleteKeys(guard));
        }
        switch (end) {
            case DROPPED -> statements.add(drop(member.name()));
            case ARCHIVED -> {
                statements.add(checksum(member.name()));
                statements.add(drop(member.name()));
            }
            case KEPT -> {
                if (schema != null) {
                    statements.addAll(move(member.name(), schema));
                }
            }
            case SET_ASIDE -> {}
        }
        return new MaintenanceStep.Retire(
                set.name(),
                member.name(),
                member.oid(),
                member.rows(),
                manner,
                end,
                reason,
                statements,
                locks.stream().distinct().toList());
    }
}
