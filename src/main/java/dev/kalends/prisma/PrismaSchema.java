package dev.kalends.prisma;

import dev.kalends.catalog.Index;
import dev.kalends.plan.Contract;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.Contract.UniqueWay;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Changes a Prisma schema for converted tables. Prisma sees a partitioned table as an ordinary one
/// with the partitioned table's keys, does not see its partitions (since 4.10), and wants every
/// table that a foreign key points at in a schema that the datasource lists.
public final class PrismaSchema {
    private static final String NO_CHANGE =
            "%s: no change. Its primary key, unique keys and foreign keys are what they were, and Prisma does not see its partitions.";

    private final List<String> lines;
    private final List<PrismaBlock> blocks;
    private final TreeMap<Integer, List<String>> replaced = new TreeMap<>();
    private final List<String> appended = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<QualifiedName> external = new LinkedHashSet<>();
    private final Set<String> schemas = new LinkedHashSet<>();
    private final BaselineSql baseline = new BaselineSql();

    private PrismaSchema(String text) {
        this.lines = text.lines().toList();
        this.blocks = PrismaBlock.of(lines);
    }

    /// @param specs of tables that are converted, or planned to be
    public static PrismaChange change(String schema, List<MigrationSpec> specs) {
        PrismaSchema all = new PrismaSchema(schema);
        specs.forEach(all::table);
        all.datasource();
        return new PrismaChange(
                all.notes,
                all.text(),
                all.external.stream().map(all::externalName).toList(),
                all.baseline.text());
    }

    private void table(MigrationSpec spec) {
        QualifiedName name = spec.table();
        PrismaBlock model = model(name);
        if (model == null) {
            notes.add("%s: the schema has no model of it, so nothing changes.".formatted(name));
            return;
        }
        branches(spec);
        if (!changes(spec)) {
            notes.add(NO_CHANGE.formatted(name));
            return;
        }
        baseline.begin(spec);
        for (UniqueKey unique : spec.contract().uniques()) {
            if (unique.way() != UniqueWay.KEPT) {
                unique(spec, model, unique);
            }
        }
        for (Reference reference : spec.contract().references()) {
            switch (reference.way()) {
                case KEPT, THEIRS -> {}
                case PAIRED -> paired(reference);
                case DROP -> dropped(spec, reference);
                case GUARD -> guarded(spec, model, reference);
            }
        }
        guards(spec);
    }

    /// Every table of a listed schema is seen, also guards that nothing points at.
    private void guards(MigrationSpec spec) {
        for (UniqueKey unique : spec.contract().guarded()) {
            QualifiedName guard = spec.migrationNames().guard(unique.index());
            if (schemas.contains(guard.schema().value())) {
                external.add(guard);
            }
        }
    }

    private static boolean changes(MigrationSpec spec) {
        Contract contract = spec.contract();
        return contract.uniques().stream().anyMatch(each -> each.way() != UniqueWay.KEPT)
                || contract.references().stream().anyMatch(each -> each.way() != ReferenceWay.KEPT);
    }

    private @Nullable PrismaBlock model(QualifiedName table) {
        return blocks.stream()
                .filter(block -> block.is("model") && block.table().equals(table.name().value()))
                .filter(block -> {
                    String schema = block.schema();
                    return schema == null || schema.equals(table.schema().value());
                })
                .findFirst()
                .orElse(null);
    }

    /// A partition that is cut in turn is a partitioned table to Prisma, and so is seen.
    private void branches(MigrationSpec spec) {
        if (spec.second() != null) {
            for (Partition partition : spec.partitions()) {
                external.add(spec.leaf(partition));
            }
            notes.add(
                    "%s: its partitions are cut in turn, so Prisma sees them; list them in tables.external, also those to come."
                            .formatted(spec.table()));
        }
    }

    private void unique(MigrationSpec spec, PrismaBlock model, UniqueKey unique) {
        Index index = unique.index();
        boolean primary = index.kind() == Index.Kind.PRIMARY_KEY;
        List<Identifier> columns = spec.widened(index.columns());
        int line = removeUnique(model, index);
        String kept =
                unique.way() == UniqueWay.GUARD
                        ? "  // (%s) stays unique across partitions, by the table %s"
                                .formatted(
                                        fields(model, index.columns()),
                                        spec.migrationNames().guard(index))
                        : "  // the same (%s) may come again in another partition"
                                .formatted(fields(model, index.columns()));
        if (unique.way() == UniqueWay.DROP) {
            baseline.drop(spec, index);
            notes.add("%s: unique key %s is gone.".formatted(spec.table(), index.name()));
            return;
        }
        String map =
                index.name().value().equals(usualName(spec.table(), columns, primary))
                        ? ""
                        : ", map: \"%s\"".formatted(index.name().value());
        List<String> added =
                List.of(
                        kept,
                        "  @@%s([%s]%s)"
                                .formatted(primary ? "id" : "unique", fields(model, columns), map));
        if (line >= 0) {
            replaced.computeIfAbsent(line, _ -> new ArrayList<>()).addAll(added);
        } else {
            before(model.last(), added);
        }
        baseline.widen(spec, unique);
        notes.add(
                "%s: %s (%s) becomes (%s); findUnique and upsert of Prisma Client take the widened key."
                        .formatted(
                                spec.table(),
                                primary ? "@id" : "@unique",
                                fields(model, index.columns()),
                                fields(model, columns)));
    }

    /// Takes the attribute away.
    ///
    /// @return the line of a `@@id` or `@@unique` that is to be replaced; -1 if it stood at a field
    private int removeUnique(PrismaBlock model, Index index) {
        boolean primary = index.kind() == Index.Kind.PRIMARY_KEY;
        String block = primary ? "@@id" : "@@unique";
        String list = fields(model, index.columns()).replace(" ", "");
        for (int i = model.first() + 1; i < model.last(); i++) {
            String code = PrismaBlock.code(lines.get(i)).replace(" ", "");
            if (code.startsWith(block + "([" + list + "]")
                    || code.startsWith(block + "(fields:[" + list + "]")) {
                replaced.put(i, new ArrayList<>());
                return i;
            }
        }
        Pattern attribute =
                Pattern.compile("\\s@" + (primary ? "id" : "unique") + "\\b(\\([^)]*\\))?");
        for (PrismaBlock.Field field : model.fields()) {
            if (List.of(Identifier.of(field.column())).equals(index.columns())) {
                String present = current(field.line());
                replaced.put(
                        field.line(),
                        new ArrayList<>(List.of(attribute.matcher(present).replaceFirst(""))));
            }
        }
        return -1;
    }

    private String current(int line) {
        List<String> now = replaced.get(line);
        return now == null || now.isEmpty() ? lines.get(line) : now.getFirst();
    }

    private void before(int line, List<String> added) {
        List<String> now =
                replaced.computeIfAbsent(line, at -> new ArrayList<>(List.of(lines.get(at))));
        now.addAll(now.size() - 1, added);
    }

    private static String usualName(
            QualifiedName table, List<Identifier> columns, boolean primary) {
        return primary
                ? table.name().value() + "_pkey"
                : columns.stream()
                        .map(Identifier::value)
                        .collect(Collectors.joining("_", table.name().value() + "_", "_key"));
    }

    private static String fields(PrismaBlock model, List<Identifier> columns) {
        List<PrismaBlock.Field> fields = model.fields();
        return columns.stream()
                .map(column ->
                        fields.stream()
                                .filter(field -> field.column().equals(column.value()))
                                .map(PrismaBlock.Field::name)
                                .findFirst()
                                .orElse(column.value()))
                .collect(Collectors.joining(", "));
    }

    private void paired(Reference reference) {
        QualifiedName child = reference.key().referencing();
        if (external.add(child)) {
            notes.add(
                    "%s: its foreign key %s is on its partitions, where Prisma does not see it. The relation may stay in the schema if Prisma Migrate leaves the table alone: tables.external."
                            .formatted(child, reference.key().name()));
        }
    }

    private void dropped(MigrationSpec spec, Reference reference) {
        PrismaBlock owner = model(reference.key().referencing());
        PrismaBlock.Field forward = owner == null ? null : forward(owner, reference);
        if (owner != null && forward != null) {
            comment(forward, "its foreign key is gone");
            PrismaBlock target = model(spec.table());
            PrismaBlock.Field back = target == null ? null : back(target, owner, forward);
            if (back != null) {
                comment(back, "its foreign key is gone");
            }
        }
        baseline.dropForeignKey(reference);
        notes.add(
                "%s: relation %s is gone."
                        .formatted(reference.key().referencing(), reference.key().name()));
    }

    private void comment(PrismaBlock.Field field, String why) {
        replaced.put(
                field.line(),
                new ArrayList<>(
                        List.of("  // %s: %s".formatted(why, current(field.line()).strip()))));
    }

    /// The relation is to the guard then: Prisma wants what a relation points at to be unique, and
    /// of the table itself that is not so any more.
    private void guarded(MigrationSpec spec, PrismaBlock model, Reference reference) {
        String guard = guardModel(spec, model, reference);
        PrismaBlock owner = model(reference.key().referencing());
        PrismaBlock.Field forward = owner == null ? null : forward(owner, reference);
        if (owner != null && forward != null) {
            String present = current(forward.line());
            replaced.put(
                    forward.line(),
                    new ArrayList<>(
                            List.of(
                                    present.replaceFirst(
                                            "(\\s)" + Pattern.quote(forward.type()) + "(\\??\\s)",
                                            "$1" + guard + "$2"))));
            PrismaBlock.Field back = back(model, owner, forward);
            if (back != null) {
                int at = appended.indexOf("model %s {".formatted(guard));
                appended.add(at + 1, "  " + current(back.line()).strip());
                comment(back, "now in " + guard);
            }
        }
        baseline.repoint(reference);
        notes.add(
                "%s: relation %s is to %s, the guard; include rows through it, or join by its columns."
                        .formatted(reference.key().referencing(), reference.key().name(), guard));
    }

    private String guardModel(MigrationSpec spec, PrismaBlock model, Reference reference) {
        QualifiedName table = reference.target();
        String name =
                table.name().equals(spec.table().name())
                        ? model.name() + "Guard"
                        : table.name().value().replaceAll("\\W", "_");
        if (appended.contains("model %s {".formatted(name))) {
            return name;
        }
        UniqueKey unique =
                spec.contract().guarded().stream()
                        .filter(each -> spec.migrationNames().guard(each.index()).equals(table))
                        .findFirst()
                        .orElseThrow();
        appended.add("");
        appended.add(
                "/// Keeps (%s) unique. Written by triggers only."
                        .formatted(fields(model, unique.index().columns())));
        appended.add("model %s {".formatted(name));
        List<PrismaBlock.Field> fields = model.fields();
        for (Identifier column : spec.widened(unique.index().columns())) {
            for (PrismaBlock.Field field : fields) {
                if (field.column().equals(column.value())) {
                    String types =
                            Arrays.stream(field.attributes().split("\\s+(?=@)", -1))
                                    .filter(each ->
                                            each.startsWith("@db.") || each.startsWith("@map"))
                                    .collect(Collectors.joining(" "));
                    appended.add(
                            "  %s %s%s %s"
                                    .formatted(field.name(), field.type(), field.suffix(), types)
                                    .stripTrailing());
                }
            }
        }
        appended.add("");
        appended.add(
                "  @@%s([%s], map: \"%s\")"
                        .formatted(
                                unique.index().kind() == Index.Kind.PRIMARY_KEY ? "id" : "unique",
                                fields(model, unique.index().columns()),
                                unique.index().name().value()));
        appended.add("  @@map(\"%s\")".formatted(table.name().value()));
        appended.add("  @@schema(\"%s\")".formatted(table.schema().value()));
        appended.add("}");
        external.add(table);
        schemas.add(table.schema().value());
        return name;
    }

    private static PrismaBlock.@Nullable Field forward(PrismaBlock owner, Reference reference) {
        String wanted =
                "fields:[" + fields(owner, reference.key().columns()).replace(" ", "") + "]";
        return owner.fields().stream()
                .filter(field -> field.attributes().replace(" ", "").contains(wanted))
                .findFirst()
                .orElse(null);
    }

    private static PrismaBlock.@Nullable Field back(
            PrismaBlock target, PrismaBlock owner, PrismaBlock.Field forward) {
        String relation = relationName(forward);
        return target.fields().stream()
                .filter(field ->
                        field.type().equals(owner.name()) && field.line() != forward.line())
                .filter(field -> !field.attributes().contains("fields:"))
                .filter(field -> relationName(field).equals(relation))
                .findFirst()
                .orElse(null);
    }

    private static String relationName(PrismaBlock.Field field) {
        Matcher name =
                Pattern.compile("@relation\\(\\s*(?:name:\\s*)?\"([^\"]*)\"")
                        .matcher(field.attributes());
        return name.find() ? name.group(1) : "";
    }

    /// A foreign key into another schema makes Prisma refuse everything (P4002), unless the
    /// datasource lists the schemas; then every model and enum has to name its own.
    private void datasource() {
        if (schemas.isEmpty()) {
            return;
        }
        boolean listed = false;
        for (PrismaBlock block : blocks) {
            if (block.is("datasource")) {
                listed = list(block);
            } else if ((block.is("model") || block.is("enum") || block.is("view"))
                    && block.schema() == null) {
                before(block.last(), List.of("  @@schema(\"public\")"));
            }
        }
        notes.add(
                "Foreign keys lead into %s, so the datasource %s; older versions of Prisma need previewFeatures = [\"multiSchema\"] for that."
                        .formatted(
                                String.join(", ", schemas),
                                listed
                                        ? "lists it too"
                                        : "lists schemas now, and each model names its own"));
    }

    private boolean list(PrismaBlock datasource) {
        String more = schemas.stream().map("\"%s\""::formatted).collect(Collectors.joining(", "));
        for (int i = datasource.first(); i < datasource.last(); i++) {
            if (PrismaBlock.code(lines.get(i)).matches("\\s*schemas\\s*=\\s*\\[.*\\]\\s*")) {
                replaced.put(
                        i,
                        new ArrayList<>(
                                List.of(lines.get(i).replaceFirst("\\]", ", " + more + "]"))));
                return true;
            }
        }
        before(datasource.last(), List.of("  schemas  = [\"public\", %s]".formatted(more)));
        return false;
    }

    /// With a list of schemas Prisma wants names with their schema, without one it wants none.
    private String externalName(QualifiedName table) {
        boolean listed =
                !schemas.isEmpty()
                        || lines.stream()
                                .anyMatch(line ->
                                        PrismaBlock.code(line).matches("\\s*schemas\\s*=.*"));
        return listed ? table.schema().value() + "." + table.name().value() : table.name().value();
    }

    private String text() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            all.addAll(replaced.getOrDefault(i, List.of(lines.get(i))));
        }
        all.addAll(appended);
        return String.join("\n", all) + "\n";
    }
}
