package dev.kalends.maintain;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.ArchiveViews;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.PartitionArchive.Content;
import dev.kalends.execute.PartitionArchive.Loaded;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Brings an archived partition back: loads it into a table equal to its siblings, compares, and
/// attaches it. The first half is one transaction, which the journal notes; a second call goes on
/// with the second half.
public final class Restoration {
    private final Hands hands;
    private final Session session;
    private final Archives.Archived archived;
    private final Scene scene;
    private final PartitionSets.Maintained maintained;
    private final PartitionSet set;
    private final Partition made;
    private final CreateSql creation;
    private final RestoreSql sql;
    private final QualifiedName leaf;
    private final Orphans orphans;
    private final List<String> notes = new ArrayList<>();

    /// What becomes of rows whose parents are gone.
    public enum Orphans {
        /// They are counted, and the partition stays a table of its own.
        LISTED,
        /// They are removed from what is restored; the archive keeps them.
        REMOVED
    }

    /// What came of it.
    ///
    /// @param partition its table now
    /// @param reasons why it is not attached; empty if it is
    /// @param notes what else is to be known
    public record Restored(
            QualifiedName partition, long rows, List<String> reasons, List<String> notes) {
        public Restored {
            reasons = List.copyOf(reasons);
            notes = List.copyOf(notes);
        }
    }

    /// @throws KalendsException NOT_MAINTAINED if the table is not under maintenance
    public Restoration(Hands hands, Archives.Archived archived, Orphans orphans) {
        this.hands = hands;
        this.session = hands.session();
        this.archived = archived;
        this.orphans = orphans;
        this.scene = Scene.read(session, Set.of());
        this.maintained = maintained(scene, archived.table());
        PartitionSet found = scene.sets().get(archived.table());
        if (found == null) {
            throw conflict("%s is no partitioned table any more.".formatted(archived.table()));
        }
        this.set = found;
        Scheme scheme = maintained.spec().scheme();
        this.made = new Partition(archived.leaf().name(), bounds(scheme, archived.bounds()));
        this.creation = creation(scheme);
        this.leaf = creation.leaf(made);
        this.sql = new RestoreSql(leaf);
    }

    private static PartitionSets.Maintained maintained(Scene scene, QualifiedName table) {
        PartitionSets.Maintained maintained = scene.maintained(table);
        if (maintained == null) {
            throw new KalendsException(
                    FailureCode.NOT_MAINTAINED,
                    table + " is not under maintenance.",
                    "Nothing was restored.",
                    "Restore into another table with --into, or take the table over with kalends adopt.");
        }
        return maintained;
    }

    private KalendsException conflict(String what) {
        return new KalendsException(
                FailureCode.RESTORE_CONFLICT,
                what,
                "Nothing was restored; the archive is as it was.",
                "Restore into another table with --into, or remove what is in the way.");
    }

    private Bounds bounds(Scheme scheme, String text) {
        if (PartitionBounds.parse(text)
                instanceof
                PartitionBounds.Range(
                        PartitionBounds.End.At(String from),
                        PartitionBounds.End.At(String to))) {
            if (scheme instanceof Scheme.TimeRange times) {
                return new Bounds.Times(
                        times.codec().boundTime(from, times.timeZone()),
                        times.codec().boundTime(to, times.timeZone()));
            }
            if (scheme instanceof Scheme.NumberRange) {
                return new Bounds.Numbers(Long.parseLong(from), Long.parseLong(to));
            }
        }
        throw conflict("The bounds %s do not fit the table's key.".formatted(text));
    }

    private CreateSql creation(Scheme scheme) {
        Prober prober = new Prober(session, new CatalogReader(session).server().blockBytes());
        SetPlanner planner =
                new SetPlanner(
                        scene,
                        prober,
                        hands.clock().instant(),
                        new LifecycleSteps(prober, LifecycleSteps.Archiving.NOT_POSSIBLE));
        List<PartitionSet.Member> siblings =
                scheme instanceof Scheme.TimeRange times
                        ? Slots.times(set, times).stream().map(Slots.Slot::member).toList()
                        : Slots.numbers(set).stream().map(Slots.Slot::member).toList();
        return planner.creation(set, scheme, siblings);
    }

    /// @throws KalendsException RESTORE_CONFLICT if it cannot be brought back; LOCK_NOT_AVAILABLE
    ///   if the same call is to be made again
    public Restored run() {
        Long restored = archived.restoredOid();
        if (restored != null && set.member(restored) != null) {
            return new Restored(
                    leaf, archived.rows(), List.of(), List.of("It was restored before."));
        }
        if (archived.standing() == Archives.Standing.LIVE) {
            return new Restored(
                    archived.leaf(),
                    archived.rows(),
                    List.of(),
                    List.of("It never left the database."));
        }
        refuseOverlap();
        if (restored == null) {
            load();
        }
        List<String> reasons = obstacles();
        if (reasons.isEmpty()) {
            attach();
        }
        return new Restored(leaf, archived.rows(), reasons, notes);
    }

    private void refuseOverlap() {
        for (PartitionSet.Member member : set.members()) {
            if (member.boundsText().equals(archived.bounds())) {
                throw conflict(
                        "%s holds the range of %s already, with about %d rows."
                                .formatted(
                                        member.name(),
                                        archived.leaf(),
                                        Math.max(0, member.rows())));
            }
        }
    }

    private static final Sql LONG = Sql.of("SET LOCAL statement_timeout = '24h'");
    private static final Sql OID =
            Sql.of("SELECT c.oid FROM pg_class c WHERE c.oid = to_regclass(?)");

    private void load() {
        PartitionArchive archive = Objects.requireNonNull(hands.archive(), "an archive");
        if (session.oneOrNull(OID, row -> row.number(1), leaf.render()) != null) {
            throw conflict("The name %s is taken by another table.".formatted(leaf));
        }
        session.transaction(() -> {
            session.execute(LONG);
            session.executeTogether(creation.bare(made));
            Loaded loaded = archive.load(session, archived.location(), leaf);
            session.execute(creation.finish(made));
            compare(loaded);
            Long oid = session.oneOrNull(OID, row -> row.number(1), leaf.render());
            Archives.restored(session, archived.id(), Objects.requireNonNull(oid, "its oid"));
            PartitionSets.note(
                    session,
                    maintained.id(),
                    "restore",
                    "%d rows of %s from %s".formatted(loaded.rows(), leaf, archived.location()));
        });
        session.execute(Sql.text("ANALYZE {leaf}").put("leaf", leaf).build());
    }

    private void compare(Loaded loaded) {
        Content there =
                session.one(
                        sql.checksum(loaded.columns()),
                        row -> new Content(row.number(1), new BigDecimal(row.text(2))));
        if (there.rows() != archived.rows() || (loaded.whole() && !there.same(loaded.archived()))) {
            throw new KalendsException(
                    FailureCode.RESTORE_CONFLICT,
                    "What was loaded into %s is not what was archived: %d rows with checksum %s, not %d and %s."
                            .formatted(
                                    leaf,
                                    there.rows(),
                                    there.checksum(),
                                    archived.rows(),
                                    archived.checksum()),
                    "Nothing was restored; the archive is as it was.",
                    "A trigger or a type that prints otherwise than it reads may be the cause. Restore into another table with --into.");
        }
        if (!loaded.skipped().isEmpty()) {
            notes.add(
                    "The table has no column %s any more; their values stay in the archive."
                            .formatted(String.join(", ", loaded.skipped())));
        }
        if (!loaded.retyped().isEmpty()) {
            notes.add(
                    "Column %s has another type now, which read the old one's text; rows were counted, their checksum cannot be compared."
                            .formatted(String.join(", ", loaded.retyped())));
        }
    }

    private List<PartitionSet.Reference> references() {
        return set.references().stream()
                .filter(each -> each.referencingOid() == set.oid())
                .toList();
    }

    /// A key may refer to its own table, directly or through a guard.
    private RestoreSql.Parents parents(PartitionSet.Reference key) {
        boolean own =
                key.referencedOid() == set.oid()
                        || maintained.spec().guards().stream()
                                .anyMatch(guard -> guard.table().equals(key.referenced()));
        return own ? RestoreSql.Parents.THERE_OR_HERE : RestoreSql.Parents.THERE;
    }

    private record Found(long rows, String example) {}

    private Found found(Sql query) {
        return session.one(query, row -> new Found(row.number(1), row.text(2)));
    }

    private List<String> obstacles() {
        List<String> reasons = new ArrayList<>();
        for (PartitionSet.Reference each : references()) {
            if (orphans == Orphans.REMOVED) {
                removeOrphans(each);
                continue;
            }
            Found found = found(sql.orphans(each, parents(each)));
            if (found.rows() > 0) {
                reasons.add(
                        "%d of its rows refer to rows of %s that are gone, such as %s"
                                .formatted(found.rows(), each.referenced(), found.example()));
            }
        }
        for (SetSpec.Guard guard : maintained.spec().guards()) {
            Found found = found(sql.taken(guard));
            if (found.rows() > 0) {
                reasons.add(
                        "%d of its rows have a key that is used again, such as %s"
                                .formatted(found.rows(), found.example()));
            }
        }
        return reasons;
    }

    /// Until none is left: without one row another one may have lost its parent.
    private void removeOrphans(PartitionSet.Reference key) {
        long removed = 0;
        long last;
        do {
            last = session.update(sql.removeOrphans(key, parents(key)));
            removed += last;
        } while (last > 0);
        if (removed > 0) {
            String told =
                    "%d rows of %s whose parents in %s are gone were left out; the archive keeps them."
                            .formatted(removed, leaf, key.referenced());
            notes.add(told);
            PartitionSets.note(session, maintained.id(), "restore", told);
        }
    }

    private PartitionSet.Member member(long oid) {
        return new PartitionSet.Member(
                oid,
                leaf,
                PartitionSet.Place.TABLE,
                PartitionBounds.parse(archived.bounds()),
                archived.bounds(),
                PartitionSet.Standing.ATTACHED,
                archived.rows(),
                -1);
    }

    private void attach() {
        long oid =
                Objects.requireNonNull(
                        session.oneOrNull(OID, row -> row.number(1), leaf.render()), "its oid");
        RetireSql retire = new RetireSql(set, maintained.spec(), member(oid));
        LockRetry retry = hands.patient();
        // A key that refers to its own table through a guard needs these.
        session.transaction(() -> {
            session.execute(LONG);
            maintained.spec().guards().forEach(guard -> session.execute(sql.insertKeys(guard)));
        });
        List<PartitionSets.Key> keys = keys();
        List<String> there = session.query(RestoreSql.keys(oid), row -> row.text(1));
        retry.run(
                "Cannot give " + leaf + " its foreign keys",
                List.of(oid),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    Instant since = hands.clock().instant();
                    for (PartitionSets.Key key : keys) {
                        if (!there.contains(key.name())) {
                            session.execute(
                                    RetireSql.addKey(
                                            leaf, Identifier.of(key.name()), key.definition()));
                        }
                    }
                    if (there.isEmpty()) {
                        session.execute(creation.pair(made));
                    }
                    return since;
                });
        for (PartitionSets.Key key : keys) {
            session.execute(RetireSql.validate(leaf, Identifier.of(key.name())));
        }
        session.execute(retire.proveBounds());
        retry.run(
                "Cannot attach " + leaf,
                List.of(set.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    hands.views().show(session, set.oid(), oid, ArchiveViews.Place.TABLE);
                    Instant since = retry.takeLocks(LockRetry.lockable(session, creation.locks()));
                    session.execute(retire.attachAgain());
                    PartitionSets.note(
                            session, maintained.id(), "restore", leaf + " is attached again");
                    return since;
                });
    }

    /// Those that ATTACH gives a partition, and would check under its lock. One that refers to the
    /// table itself is left to ATTACH: before it, the rows are not in the table that it names.
    private List<PartitionSets.Key> keys() {
        List<Identifier> own =
                references().stream()
                        .filter(each -> each.referencedOid() == set.oid())
                        .map(PartitionSet.Reference::name)
                        .toList();
        return session
                .query(
                        RestoreSql.keys(set.oid()),
                        row -> new PartitionSets.Key(row.text(1), row.text(2)))
                .stream()
                .filter(each -> !own.contains(Identifier.of(each.name())))
                .toList();
    }
}
