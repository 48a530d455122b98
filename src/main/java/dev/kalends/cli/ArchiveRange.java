package dev.kalends.cli;

import dev.kalends.app.Archiving;
import dev.kalends.config.TableNames;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The options by which commands say which archived partitions they mean.
final class ArchiveRange {
    private static final String FROM = "--from";
    private static final String TO = "--to";

    private ArchiveRange() {}

    static void add(CommandSpec spec) {
        Options.add(
                spec,
                FROM,
                "TIME",
                LocalDateTime.class,
                ArchiveRange::time,
                "Only partitions that reach beyond this time of the key: 2023, 2023-01 or 2023-01-15.");
        Options.add(
                spec,
                TO,
                "TIME",
                LocalDateTime.class,
                ArchiveRange::time,
                "Only partitions that begin before this time.");
    }

    /// Tables behind a first word.
    static void addTables(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("TABLE")
                        .index("1..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(QualifiedName.class)
                        .converters(Options.reading(TableNames::parse))
                        .description("Names in the case they have in the database; all if none.")
                        .build());
    }

    /// A year, a month, a day or a time.
    ///
    /// @throws IllegalArgumentException if it is none
    static LocalDateTime time(String text) {
        String whole =
                switch (text.length()) {
                    case 4 -> text + "-01-01";
                    case 7 -> text + "-01";
                    default -> text;
                };
        return LocalDateTime.ofInstant(MaintainCommand.instant(whole), ZoneOffset.UTC);
    }

    static Archiving.Selection of(Call call) {
        return new Archiving.Selection(call.tables(), at(call, FROM), at(call, TO));
    }

    private static @Nullable LocalDateTime at(Call call, String option) {
        return call.option(option, LocalDateTime.class);
    }
}
