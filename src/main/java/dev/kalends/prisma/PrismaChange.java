package dev.kalends.prisma;

import java.util.List;

/// What has to change so that Prisma and the database agree.
///
/// @param notes what becomes of each table, a sentence each
/// @param schema the whole new schema
/// @param external tables that Prisma Migrate shall leave alone, as `tables.external` wants them
/// @param migration the baseline, which is recorded and not run on this database; empty if none is
///   needed
public record PrismaChange(
        List<String> notes, String schema, List<String> external, String migration) {
    public PrismaChange {
        notes = List.copyOf(notes);
        external = List.copyOf(external);
    }
}
