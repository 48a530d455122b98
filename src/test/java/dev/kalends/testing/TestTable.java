package dev.kalends.testing;

import dev.kalends.catalog.Carried;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Grant;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.Inventory;
import dev.kalends.catalog.TableFacts;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A table that exists only in the facts about it: oid 4711, 1,000 rows, 100 pages of heap and as
/// many bytes of indexes.
public final class TestTable {
    public static final long OID = 4711;
    public static final long HEAP_BYTES = 819_200;

    private final QualifiedName name;
    private final List<Column> columns = new ArrayList<>();
    private final List<Index> indexes = new ArrayList<>();
    private final List<ForeignKey> foreignKeys = new ArrayList<>();
    private final List<Grant> grants = new ArrayList<>();
    private final List<String> storageOptions = new ArrayList<>();
    private final List<Feature> features = new ArrayList<>();
    private @Nullable String comment;
    private Carried carried = Carried.NOTHING;

    public TestTable(String schema, String table) {
        name = QualifiedName.of(schema, table);
    }

    /// `public.event (id bigint PRIMARY KEY, at timestamp NOT NULL)`
    public static TestTable event() {
        return new TestTable("public", "event")
                .column("id", "bigint")
                .column("at", "timestamp without time zone")
                .primaryKey("event_pkey", "id");
    }

    /// A column that takes no NULL.
    public TestTable column(String column, String type) {
        return with(
                column, type, Column.Nullability.NOT_NULL, Column.Filling.WRITTEN, (String) null);
    }

    public TestTable nullable(String column, String type) {
        return with(
                column, type, Column.Nullability.NULLABLE, Column.Filling.WRITTEN, (String) null);
    }

    public TestTable generated(String column, String type) {
        return with(
                column, type, Column.Nullability.NOT_NULL, Column.Filling.GENERATED, (String) null);
    }

    public TestTable serial(String column, String sequence) {
        return with(
                column, "bigint", Column.Nullability.NOT_NULL, Column.Filling.WRITTEN, sequence);
    }

    private TestTable with(
            String column,
            String type,
            Column.Nullability nullability,
            Column.Filling filling,
            @Nullable String sequence) {
        Identifier identifier = Identifier.of(column);
        columns.removeIf(each -> each.name().equals(identifier));
        columns.add(
                new Column(
                        identifier,
                        type,
                        null,
                        nullability,
                        filling,
                        sequence == null ? null : name.sibling(sequence)));
        return this;
    }

    public TestTable primaryKey(String index, String... keys) {
        feature(FeatureKind.PRIMARY_KEY, index, "PRIMARY KEY (" + String.join(", ", keys) + ")");
        List<Identifier> columns = Arrays.stream(keys).map(Identifier::of).toList();
        String list = columns.stream().map(Identifier::display).collect(Collectors.joining(", "));
        indexes.add(
                new Index(
                        Identifier.of(index),
                        Index.Kind.PRIMARY_KEY,
                        columns,
                        keys.length,
                        Index.Rows.ALL,
                        "btree (" + list + ")",
                        "PRIMARY KEY (" + list + ")",
                        8192));
        return this;
    }

    public TestTable index(String index, Index.Kind kind, String definition, String... keys) {
        List<Identifier> identifiers = Arrays.stream(keys).map(Identifier::of).toList();
        indexes.add(new Index(Identifier.of(index), kind, identifiers, definition, 8192));
        return this;
    }

    public TestTable withoutPrimaryKey() {
        indexes.removeIf(index -> index.kind() == Index.Kind.PRIMARY_KEY);
        return this;
    }

    public TestTable foreignKey(String constraint, String referenced, String definition) {
        String split = " REFERENCES ";
        int at = definition.indexOf(split) + split.length();
        foreignKeys.add(
                new ForeignKey(
                        Identifier.of(constraint),
                        name,
                        name.sibling(referenced),
                        List.of(),
                        List.of(),
                        List.of(),
                        definition.substring(0, at),
                        definition.substring(definition.indexOf('(', at))));
        return this;
    }

    public TestTable grant(String grantee, String privilege, String option) {
        grants.add(new Grant(grantee, privilege, option));
        return this;
    }

    public TestTable storage(String option) {
        storageOptions.add(option);
        return this;
    }

    public TestTable comment(String text) {
        comment = text;
        return this;
    }

    public TestTable feature(FeatureKind kind, String feature, String definition) {
        features.add(new Feature(kind, feature, definition));
        return this;
    }

    public TestTable carried(Carried all) {
        carried = all;
        return this;
    }

    public TableFacts facts() {
        return new TableFacts(
                OID,
                name,
                Identifier.of("app"),
                columns,
                indexes,
                foreignKeys,
                List.of(),
                grants,
                storageOptions,
                comment,
                1000,
                HEAP_BYTES,
                0,
                HEAP_BYTES,
                100,
                new Inventory(features),
                carried);
    }
}
