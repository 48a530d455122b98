package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Contract;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.Contract.UniqueWay;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What will be different for the application, in plain words.
final class Consequences {
    private final MigrationSpec spec;
    private final KeyFacts key;
    private final List<String> all = new ArrayList<>();

    private Consequences(MigrationSpec spec, KeyFacts key) {
        this.spec = spec;
        this.key = key;
    }

    static List<String> of(MigrationSpec spec, KeyFacts key) {
        Consequences consequences = new Consequences(spec, key);
        spec.contract().uniques().forEach(consequences::unique);
        spec.contract().references().forEach(consequences::reference);
        consequences.agreement();
        consequences.names();
        consequences.partitions();
        consequences.always();
        consequences.all.addAll(dev.kalends.carry.Consequences.of(spec));
        return List.copyOf(consequences.all);
    }

    private void unique(UniqueKey unique) {
        if (unique.way() == UniqueWay.KEPT) {
            return;
        }
        Index index = unique.index();
        String before = join(index.columns());
        String kind =
                index.kind() == Index.Kind.PRIMARY_KEY
                        ? "PRIMARY KEY (" + before + ")"
                        : "unique key " + index.name() + " (" + before + ")";
        String keys = join(spec.partitionKeys());
        String after = join(spec.widened(index.columns()));
        switch (unique.way()) {
            case COMPOSITE ->
                    all.add(
                            "%s becomes (%s): the same %s with another %s will be accepted."
                                    .formatted(kind, after, before, keys));
            case GUARD ->
                    all.add(
                            "%s becomes (%s); a guard table keeps (%s) unique. Measured, an insert takes 2.4 times the server's CPU (docs/unique-keys.md)."
                                    .formatted(kind, after, before));
            case DROP -> all.add("%s is given up.".formatted(kind));
            case KEPT -> {}
        }
        if (unique.way() != UniqueWay.DROP) {
            all.add(
                    "ON CONFLICT (%s) will fail with 42P10, and so do an ORM's native upserts; ON CONFLICT (%s) works."
                            .formatted(before, after));
        }
        if (unique.way() == UniqueWay.GUARD) {
            all.add(
                    "ON CONFLICT DO NOTHING, an ORM's skipDuplicates, meets 23505 for an existing %s with another %s."
                            .formatted(before, keys));
        }
    }

    /// PostgreSQL names the table and the index that hold the row, and those are the partition's.
    private void names() {
        List<UniqueKey> uniques =
                spec.contract().uniques().stream()
                        .filter(each -> each.way() != UniqueWay.DROP)
                        .toList();
        if (spec.partitions().isEmpty()) {
            return;
        }
        Partition partition = spec.partitions().getFirst();
        if (!uniques.isEmpty()) {
            Index index = uniques.getFirst().index();
            all.add(
                    "A violation of a unique key names the partition's index, such as %s for %s."
                            .formatted(
                                    new TwinSql(spec).leafIndex(partition, index).name(),
                                    index.name()));
        }
        all.add(
                "A violation of any rule names the partition, such as %s, as the table; foreign keys and CHECKs keep their names."
                        .formatted(partition.name()));
    }

    private void reference(Reference reference) {
        String name =
                "Foreign key %s of %s"
                        .formatted(reference.key().name(), reference.key().referencing());
        if (reference.way() == ReferenceWay.GUARD) {
            all.add(
                    "%s will point at the guard table %s: tools that read one schema refuse such a key (Prisma's db pull, migrate dev and migrate diff with P4002)."
                            .formatted(name, reference.target()));
        } else if (reference.way() == ReferenceWay.DROP) {
            all.add("%s is given up.".formatted(name));
        } else if (reference.way() == ReferenceWay.PAIRED
                && reference.direction() == Contract.Direction.OUT) {
            all.add(
                    "%s will be paired, partition by partition: introspection shows none on the table itself, and %s may not change into another partition."
                            .formatted(name, join(reference.key().referencedColumns())));
        } else if (reference.direction() == Contract.Direction.IN
                && reference.way() == ReferenceWay.KEPT) {
            all.add(
                    "%s will point at a partitioned table. Measured, a row inserted there takes 2.5 times the server's CPU (docs/unique-keys.md)."
                            .formatted(name));
        }
    }

    private void agreement() {
        Long millis = key.disagreementMillis();
        if (millis != null) {
            all.add(
                    "Every %s was decoded: the time in it and %s differ by at most %s."
                            .formatted(
                                    spec.key(),
                                    key.comparedTo(),
                                    Durations.display(Duration.ofMillis(millis))));
        }
        if (key.strays() > 0) {
            all.add(
                    "%d rows have a %s of another kind and go to the default partition."
                            .formatted(key.strays(), spec.key()));
        }
        if (spec.scheme() instanceof Scheme.TimeRange times
                && times.collation() == Scheme.KeyCollation.C) {
            all.add(
                    "%s becomes COLLATE \"C\": every prepared statement that returns it fails with \"cached plan must not change result type\" until its client prepares it again."
                            .formatted(spec.key()));
        }
    }

    private void partitions() {
        all.add(
                "Statements that do not name %s look into all %d partitions."
                        .formatted(join(spec.partitionKeys()), count()));
        if (spec.rest() != null || spec.partitions().isEmpty()) {
            return;
        }
        Bounds first = spec.partitions().getFirst().bounds();
        Bounds last = spec.partitions().getLast().bounds();
        if (first instanceof Bounds.Times(LocalDateTime from, LocalDateTime _)
                && last instanceof Bounds.Times(LocalDateTime _, LocalDateTime to)) {
            all.add(
                    "Rows with %s before %s or from %s on will be refused."
                            .formatted(spec.key(), display(from), display(to)));
        } else if (first instanceof Bounds.Numbers(long from, long _)
                && last instanceof Bounds.Numbers(long _, long to)) {
            all.add(
                    "Rows with %s below %d or from %d on will be refused."
                            .formatted(spec.key(), from, to));
        } else if (first instanceof Bounds.Values) {
            all.add("Rows with another %s will be refused.".formatted(spec.key()));
        }
    }

    private int count() {
        int count = 0;
        for (Partition partition : spec.partitions()) {
            count += spec.holders(partition).size();
        }
        return count;
    }

    private void always() {
        all.add(
                switch (spec.contract().moves()) {
                    case ALLOWED ->
                            "An update that moves a row to another partition can meet 40001 when another session changes the"
                                    + " same row at that moment.";
                    case REFUSED ->
                            "An update that moves a row to another partition is refused with 23001, because rows of other tables refer to it there.";
                });
        if (spec.keyless()) {
            all.add(
                    "UPDATE and DELETE are refused from the beginning of the conversion to its cleanup, because the table has no primary key.");
        }
        all.add(
                "TRUNCATE of the table is refused from the beginning of the conversion to its cleanup.");
        Double correlation = key.correlation();
        if (!spec.clusterBy().isEmpty() && correlation != null && Math.abs(correlation) < 0.8) {
            all.add(
                    "The rows do not lie in order of %s (correlation %.2f): clusterBy orders them only within"
                                    .formatted(spec.key(), correlation)
                            + " chunks of "
                            + new ByteSize(spec.chunkBytes()).display()
                            + ".");
        }
    }

    private static String display(LocalDateTime at) {
        return at.toLocalTime().equals(LocalTime.MIDNIGHT)
                ? at.toLocalDate().toString()
                : at.toString().replace('T', ' ');
    }

    private static String join(List<Identifier> columns) {
        return columns.stream().map(Identifier::display).collect(Collectors.joining(", "));
    }
}
