package dev.kalends.analyze;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Chooses how a table is best cut. Ids that begin with the time come first, because the primary
/// key and all that points at it then stay; then a timestamp; then numbers that count up; a hash
/// where nothing tells the time; and small tables stay as they are.
final class Recommender {
    private static final int HASH_PARTITIONS = 16;
    private static final int NUMBER_PARTITIONS = 20;

    private final Known known;
    private final TableFacts table;
    private final ByteSize smallest;
    private final Map<QualifiedName, TableConfig> others;

    /// @param smallest below which a table is not worth it
    /// @param others what is wanted for tables that this one may point at
    Recommender(Known known, ByteSize smallest, Map<QualifiedName, TableConfig> others) {
        this.known = known;
        this.table = known.table();
        this.smallest = smallest;
        this.others = others;
    }

    Recommendation recommend() {
        if (known.bytes() < smallest.bytes()) {
            return none();
        }
        Index primary = table.primaryKey();
        Column id =
                primary == null || primary.columns().size() != 1
                        ? null
                        : table.column(primary.columns().getFirst());
        Column made = known.made();
        ForeignKey parent = made == null ? timeOrderedParent() : null;
        if (parent != null) {
            return byParent(parent);
        }
        KeyCodec codec = id == null ? null : known.codec(id);
        if (id != null && codec != null && !(codec instanceof KeyType)) {
            return byId(id, codec, made);
        }
        KeyCodec madeCodec = made == null ? null : known.codec(made);
        if (made != null && madeCodec != null) {
            return byTime(made, madeCodec);
        }
        if (id != null && id.type().matches("integer|bigint")) {
            return byNumber(id);
        }
        return id == null
                ? new Recommendation(
                        null,
                        "No column tells when a row was made, and there is no primary key of one column to hash: name a column with --key.",
                        "")
                : byHash(id);
    }

    private Recommendation none() {
        return new Recommendation(
                null,
                "Do not partition it: it has %s in about %s rows, and one index finds any of them at once. Index what is searched for instead."
                        .formatted(
                                new ByteSize(known.bytes()).display(),
                                Figures.count(Math.max(0, table.rows()))),
                "");
    }

    /// A foreign key to a table whose ids begin with the time. Of several it is the one that leads
    /// a unique key: what a row belongs to comes first there.
    private @Nullable ForeignKey timeOrderedParent() {
        return table.foreignKeys().stream()
                .filter(key -> key.columns().size() == 1 && !key.referenced().equals(table.name()))
                .filter(key -> uniquePosition(key.columns().getFirst()) < Integer.MAX_VALUE)
                .filter(key -> {
                    Column column = table.column(key.columns().getFirst());
                    KeyCodec codec = column == null ? null : known.codec(column);
                    return codec != null && !(codec instanceof KeyType);
                })
                .min(Comparator.comparingInt(key -> uniquePosition(key.columns().getFirst())))
                .orElse(null);
    }

    /// Where a column stands in the unique keys, 0 for first; the greatest number if in none.
    private int uniquePosition(Identifier column) {
        return table.indexes().stream()
                .filter(index -> index.kind() != Index.Kind.PLAIN)
                .mapToInt(index -> index.columns().indexOf(column))
                .filter(position -> position >= 0)
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    private Recommendation byParent(ForeignKey parent) {
        Identifier key = parent.columns().getFirst();
        TableConfig wished = others.get(parent.referenced());
        boolean paired =
                wished != null
                        && wished.partition() instanceof PartitionConfig.ByTime times
                        && parent.referencedColumns().equals(List.of(times.key()));
        Interval every =
                paired
                                && wished != null
                                && wished.partition() instanceof PartitionConfig.ByTime times
                        ? times.every()
                        : interval(key);
        ContractConfig contract =
                new ContractConfig(
                        uniques(Set.of(key)),
                        paired ? ContractConfig.References.PAIRED : references(Set.of(key)),
                        ContractConfig.Keyless.REFUSED);
        return new Recommendation(
                wish(PartitionConfig.of(key, every), contract),
                "It has no date of its own, and %s begins with the time: rows lie with the %s they belong to, and age with it."
                        .formatted(key, parent.referenced().name()),
                "");
    }

    private Recommendation byId(Column id, KeyCodec codec, @Nullable Column made) {
        ContractConfig contract =
                new ContractConfig(
                        uniques(Set.of(id.name())),
                        references(Set.of(id.name())),
                        ContractConfig.Keyless.REFUSED);
        return new Recommendation(
                wish(PartitionConfig.of(id.name(), interval(id.name())), contract),
                "Its ids (%s) begin with the time they were made, so cutting by %s keeps old rows apart and changes nothing for the application: the primary key, upserts by id and foreign keys stay as they are."
                        .formatted(codec.code(), id.name()),
                made == null
                        ? ""
                        : "By %s queries with a date read fewer partitions, but %s is then kept unique by a table beside it and ON CONFLICT (%s) fails; timeCheck on %s prunes by date as well."
                                .formatted(made.name(), id.name(), id.name(), made.name()));
    }

    private Recommendation byTime(Column made, KeyCodec codec) {
        Set<Identifier> keys = Set.of(made.name());
        ContractConfig contract =
                new ContractConfig(uniques(keys), references(keys), ContractConfig.Keyless.REFUSED);
        boolean guarded = contract.uniques().containsValue(ContractConfig.Unique.GUARD);
        return new Recommendation(
                wish(PartitionConfig.of(made.name(), interval(made.name())), contract),
                "Its ids do not tell the time and %s (%s) does: old rows can be kept apart by it.%s"
                        .formatted(
                                made.name(),
                                codec.code(),
                                guarded
                                        ? " What must stay unique is kept so by a narrow table beside it."
                                        : ""),
                "");
    }

    private Recommendation byNumber(Column id) {
        long each = Math.max(1_000_000, rounded(table.rows() / NUMBER_PARTITIONS));
        return new Recommendation(
                wish(
                        new PartitionConfig.ByNumber(
                                id.name(),
                                each,
                                PartitionConfig.AHEAD_DEFAULT,
                                PartitionNames.standard(),
                                PartitionConfig.Strays.REFUSED),
                        new ContractConfig(
                                uniques(Set.of(id.name())),
                                references(Set.of(id.name())),
                                ContractConfig.Keyless.REFUSED)),
                "Nothing in it tells the time, but its ids count up: cut by %s, %s ids each, old rows lie apart and the primary key stays as it is."
                        .formatted(id.name(), Figures.count(each)),
                "");
    }

    /// Up to a power of ten.
    private static long rounded(long number) {
        long power = 1;
        while (power < number) {
            power *= 10;
        }
        return power;
    }

    private Recommendation byHash(Column id) {
        Identifier key = id.name();
        return new Recommendation(
                wish(
                        new PartitionConfig.ByHash(key, HASH_PARTITIONS, PartitionNames.standard()),
                        new ContractConfig(
                                uniques(Set.of(key)),
                                references(Set.of(key)),
                                ContractConfig.Keyless.REFUSED)),
                "Nothing in it tells the time. Cut by the hash of %s it becomes %d smaller tables that are vacuumed and indexed one by one; nothing can be archived by age."
                        .formatted(key, HASH_PARTITIONS),
                "Leave it as it is, unless vacuum or index builds take too long.");
    }

    private Interval interval(Identifier key) {
        Column column = table.column(key);
        KeyCodec codec = column == null ? null : known.codec(column);
        Long rows = codec == null ? null : known.rowsPerMonth(key, codec);
        if (rows == null || table.rows() <= 0) {
            return Interval.MONTH;
        }
        long bytes = Math.round((double) known.bytes() / table.rows() * rows);
        if (bytes > ByteSize.parse("200GB").bytes()) {
            return Interval.DAY;
        } else if (bytes > ByteSize.parse("50GB").bytes()) {
            return Interval.WEEK;
        }
        return bytes > ByteSize.parse("5MB").bytes() || bytes * 24 < known.bytes() * 2
                ? Interval.MONTH
                : Interval.QUARTER;
    }

    /// Guards for unique keys that would otherwise be lost, where a guard is possible.
    private Map<Set<Identifier>, ContractConfig.Unique> uniques(Set<Identifier> keys) {
        ContractConfig contract = ContractConfig.defaults();
        for (Index index : table.indexes()) {
            if (index.kind() == Index.Kind.PLAIN || index.columns().containsAll(keys)) {
                continue;
            }
            boolean primary = index.kind() == Index.Kind.PRIMARY_KEY;
            boolean guardable =
                    !index.hasExpressions()
                            && !index.isPartial()
                            && !index.definition().contains("NULLS NOT DISTINCT");
            boolean wanted = !primary || isReferenced(index);
            if (wanted) {
                contract =
                        contract.with(
                                Set.copyOf(index.columns()),
                                guardable
                                        ? ContractConfig.Unique.GUARD
                                        : ContractConfig.Unique.COMPOSITE);
            }
        }
        return contract.uniques();
    }

    private boolean isReferenced(Index index) {
        return pointingHere().stream()
                .anyMatch(key ->
                        Set.copyOf(key.referencedColumns()).equals(Set.copyOf(index.columns())));
    }

    private List<ForeignKey> pointingHere() {
        List<ForeignKey> all = new ArrayList<>(table.incoming());
        table.foreignKeys().stream()
                .filter(key -> key.referenced().equals(table.name()))
                .forEach(all::add);
        return all;
    }

    private ContractConfig.@Nullable References references(Set<Identifier> keys) {
        boolean lost =
                pointingHere().stream().anyMatch(key -> !key.referencedColumns().containsAll(keys));
        return lost ? ContractConfig.References.GUARD : null;
    }

    private TableConfig wish(PartitionConfig partition, ContractConfig contract) {
        return new TableConfig(table.name(), partition, contract, layout());
    }

    /// An index on a column and then the time shows how rows are read together.
    private LayoutConfig layout() {
        Column made = known.made();
        if (made != null) {
            for (Index index : table.indexes()) {
                boolean both =
                        index.kind() == Index.Kind.PLAIN
                                && !index.isPartial()
                                && !index.hasExpressions()
                                && index.columns().size() == 2
                                && index.columns().get(1).equals(made.name());
                if (both) {
                    return new LayoutConfig(index.columns());
                }
            }
        }
        return LayoutConfig.defaults();
    }
}
