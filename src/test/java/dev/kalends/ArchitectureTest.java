package dev.kalends;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// Holds the table of rooms: which package may use which. The table in ARCHITECTURE.md is the same
/// one.
class ArchitectureTest {
    private static final String BASE = "dev.kalends";
    private static final Path PAGE = Path.of("ARCHITECTURE.md");
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z.]+)` \\| [^|]+ \\| ([^|]*) \\|$");
    private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");

    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    entry("sql", Set.of()),
                    entry("unit", Set.of()),
                    entry("failure", Set.of("sql")),
                    entry("calendar", Set.of("sql")),
                    entry("key", Set.of("sql", "calendar")),
                    entry("config", Set.of("sql", "calendar", "unit", "key")),
                    entry("catalog", Set.of("sql")),
                    entry("plan", Set.of("sql", "calendar", "key", "catalog")),
                    entry("carry", Set.of("sql", "catalog", "plan")),
                    entry("prisma", Set.of("sql", "catalog", "plan")),
                    entry("pg", Set.of("sql", "failure")),
                    entry("pg.catalog", Set.of("sql", "key", "catalog", "pg")),
                    entry("journal", Set.of("sql", "failure", "catalog", "plan", "pg")),
                    entry("execute", Set.of("sql", "unit", "failure", "plan", "pg", "pg.catalog")),
                    entry(
                            "migrate",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "calendar",
                                    "key",
                                    "config",
                                    "catalog",
                                    "plan",
                                    "carry",
                                    "pg",
                                    "pg.catalog",
                                    "journal",
                                    "execute")),
                    entry(
                            "maintain",
                            Set.of(
                                    "sql",
                                    "failure",
                                    "calendar",
                                    "key",
                                    "config",
                                    "catalog",
                                    "plan",
                                    "carry",
                                    "pg",
                                    "pg.catalog",
                                    "journal",
                                    "execute")),
                    entry(
                            "analyze",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "calendar",
                                    "key",
                                    "config",
                                    "catalog",
                                    "plan",
                                    "pg",
                                    "pg.catalog",
                                    "migrate")),
                    entry("store", Set.of("failure", "config")),
                    entry("archive.manifest", Set.of("failure")),
                    entry("archive.duckdb", Set.of("failure", "archive.manifest")),
                    entry("archive.seal", Set.of("failure", "config")),
                    entry(
                            "archive",
                            Set.of(
                                    "sql",
                                    "failure",
                                    "config",
                                    "pg",
                                    "execute",
                                    "store",
                                    "archive.manifest",
                                    "archive.duckdb",
                                    "archive.seal")),
                    entry("archive.view", Set.of("sql", "failure", "catalog", "pg", "execute")),
                    entry(
                            "archive.iceberg",
                            Set.of("sql", "failure", "config", "pg", "store", "archive.manifest")),
                    entry("wire", Set.of("failure")),
                    entry(
                            "archive.cold",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "archive",
                                    "archive.manifest",
                                    "archive.duckdb")),
                    entry(
                            "app",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "calendar",
                                    "key",
                                    "config",
                                    "catalog",
                                    "plan",
                                    "carry",
                                    "pg",
                                    "pg.catalog",
                                    "journal",
                                    "execute",
                                    "migrate",
                                    "maintain",
                                    "analyze",
                                    "store",
                                    "archive",
                                    "archive.cold",
                                    "archive.iceberg",
                                    "archive.manifest",
                                    "archive.seal",
                                    "archive.view",
                                    "wire",
                                    "prisma")),
                    entry("fleet", Set.of("sql", "config", "plan", "pg", "execute")),
                    entry("fleet.schedule", Set.of("config", "plan", "pg", "journal", "fleet")),
                    entry("embedded", Set.of()),
                    entry("demo.messaging", Set.of()),
                    entry(
                            "demo",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "calendar",
                                    "config",
                                    "plan",
                                    "pg",
                                    "journal",
                                    "execute",
                                    "migrate",
                                    "app",
                                    "embedded",
                                    "demo.messaging")),
                    entry(
                            "cli",
                            Set.of(
                                    "sql",
                                    "unit",
                                    "failure",
                                    "calendar",
                                    "key",
                                    "config",
                                    "catalog",
                                    "plan",
                                    "carry",
                                    "pg",
                                    "journal",
                                    "execute",
                                    "migrate",
                                    "maintain",
                                    "analyze",
                                    "prisma",
                                    "archive.cold",
                                    "app",
                                    "archive.view",
                                    "fleet",
                                    "fleet.schedule",
                                    "demo",
                                    "demo.messaging")));

    private static final Set<String> JDBC =
            Set.of(
                    "pg",
                    "archive.duckdb",
                    "archive.iceberg",
                    "fleet.schedule",
                    "embedded",
                    "demo",
                    "demo.messaging");
    private static final Set<String> WIRING = Set.of("", "cli", "demo");
    private static final Set<String> TERMINAL = Set.of("", "cli");
    private static final Set<String> TIME =
            Set.of(
                    "java.time.Instant",
                    "java.time.LocalDate",
                    "java.time.LocalDateTime",
                    "java.time.LocalTime",
                    "java.time.OffsetDateTime",
                    "java.time.ZonedDateTime");

    private static final JavaClasses CLASSES =
            new ClassFileImporter().importPath(Path.of("target/classes"));

    @Test
    void usesOnlyWhatTheTableAllows() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            String room = room(each);
            // The entry point starts the command line and knows nothing else.
            Set<String> allowed =
                    room.isEmpty() ? Set.of("cli") : MAY_USE.getOrDefault(room, Set.of());
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(BASE)
                        && !room(target).equals(room)
                        && !allowed.contains(room(target))) {
                    broken.add(each.getName() + " uses " + target.getName());
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void hasARowForEveryPackageAndNoOther() {
        Set<String> rooms =
                CLASSES.stream()
                        .map(ArchitectureTest::room)
                        .collect(Collectors.toCollection(TreeSet::new));
        rooms.remove("");

        assertThat(rooms).isEqualTo(MAY_USE.keySet());
    }

    @Test
    void allowsNoCycle() {
        Map<String, Set<String>> open = new TreeMap<>(MAY_USE);
        // Whatever uses only rooms that are free of cycles is free of them too.
        while (open.entrySet()
                .removeIf(each -> each.getValue().stream().noneMatch(open::containsKey))) {
            assertThat(open.size()).isLessThan(MAY_USE.size());
        }

        assertThat(open).isEmpty();
    }

    @Test
    void isWhatThePageShows() throws IOException {
        Map<String, Set<String>> shown = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            Matcher name = NAME.matcher(row.group(2));
            shown.put(
                    row.group(1),
                    name.results().map(found -> found.group(1)).collect(Collectors.toSet()));
        }

        assertThat(shown).isEqualTo(MAY_USE);
    }

    @Test
    void opensConnectionsInFewRoomsOnly() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if ((target.equals("java.sql") || target.equals("javax.sql"))
                        && !JDBC.contains(room(each))) {
                    broken.add(dependency.getDescription());
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void printsInTheCommandLineOnly() {
        assertThat(
                        accesses(
                                TERMINAL,
                                access ->
                                        access.getTargetOwner().isEquivalentTo(System.class)
                                                && Set.of("out", "err").contains(access.getName())))
                .isEmpty();
    }

    @Test
    void looksAtTheClockInTheWiringOnly() {
        assertThat(accesses(WIRING, ArchitectureTest::readsTheClock)).isEmpty();
    }

    private static boolean readsTheClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getName();
        String target = access.getTarget().getFullName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("currentTimeMillis");
            case "java.time.Clock" -> name.startsWith("system");
            case "java.util.Date" -> target.endsWith("<init>()");
            default ->
                    TIME.contains(owner)
                            && name.equals("now")
                            && !target.endsWith("(java.time.Clock)");
        };
    }

    @Test
    void marksEveryPackageAndSaysItsDuty() throws IOException {
        List<String> broken = new ArrayList<>();
        for (JavaClass each : CLASSES) {
            if (!each.getPackage().isAnnotatedWith(NullMarked.class)) {
                broken.add(each.getPackageName() + " is not @NullMarked");
            }
        }
        for (String room : MAY_USE.keySet()) {
            Path info =
                    SOURCES.resolve((BASE + "." + room).replace('.', '/'))
                            .resolve("package-info.java");
            String text = Files.readString(info);
            String duty = text.substring(0, text.indexOf("@NullMarked")).strip();
            if (!duty.startsWith("/// ") || !duty.endsWith(".")) {
                broken.add(info + " does not begin with a sentence");
            }
        }

        assertThat(broken).isEmpty();
    }

    private static Set<String> accesses(
            Set<String> allowed, Predicate<? super JavaAccess<?>> forbidden) {
        Set<String> broken = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            if (allowed.contains(room(each))) {
                continue;
            }
            for (JavaAccess<?> access : each.getAccessesFromSelf()) {
                if (forbidden.test(access)) {
                    broken.add(access.getDescription());
                }
            }
        }
        return broken;
    }

    /// The package below the base, `pg.catalog` for example; empty for the base itself.
    private static String room(JavaClass each) {
        String name = each.getPackageName();
        return name.equals(BASE) ? "" : name.substring(BASE.length() + 1);
    }
}
