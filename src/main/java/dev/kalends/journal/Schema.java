package dev.kalends.journal;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import java.util.List;

/// Creates and upgrades schema `kalends` by numbered scripts, each in one transaction under an
/// advisory transaction lock, so that any number of processes may start at once.
final class Schema {
    private Schema() {}

    /// Scripts are never changed once released; a new version adds one.
    private static final List<Sql> SCRIPTS =
            List.of(
                    Sql.of(
                            """
                            CREATE SCHEMA kalends;
                            CREATE TABLE kalends.version (
                                number integer PRIMARY KEY,
                                applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
                            CREATE TABLE kalends.migration (
                                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                table_schema text NOT NULL,
                                table_name text NOT NULL,
                                table_oid oid NOT NULL,
                                group_id bigint,
                                phase text NOT NULL CHECK (phase IN ('PREPARED', 'COPYING', 'INDEXING',
                                    'CATCHING_UP', 'VALIDATING', 'READY_TO_SWITCH', 'SWITCHED', 'COMPLETED',
                                    'ROLLED_BACK')),
                                phase_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                spec text NOT NULL,
                                heap_pages bigint,
                                heap_file bigint,
                                switched_at timestamptz,
                                switched_inventory text,
                                settled boolean NOT NULL DEFAULT true,
                                cleaned boolean NOT NULL DEFAULT false,
                                stop_requested boolean NOT NULL DEFAULT false);
                            CREATE UNIQUE INDEX migration_one_per_table ON kalends.migration (table_schema, table_name)
                                WHERE NOT cleaned;
                            CREATE TABLE kalends.chunk (
                                migration_id bigint NOT NULL REFERENCES kalends.migration ON DELETE CASCADE,
                                ordinal integer NOT NULL,
                                from_page bigint NOT NULL,
                                to_page bigint NOT NULL,
                                copied_at timestamptz,
                                rows bigint,
                                PRIMARY KEY (migration_id, ordinal));
                            CREATE TABLE kalends.leaf (
                                migration_id bigint NOT NULL REFERENCES kalends.migration ON DELETE CASCADE,
                                name text NOT NULL,
                                bounds text NOT NULL,
                                indexed_at timestamptz,
                                vacuumed_at timestamptz,
                                validated_at timestamptz,
                                rows bigint,
                                checksum numeric,
                                settled_at timestamptz,
                                PRIMARY KEY (migration_id, name));
                            CREATE TABLE kalends.event (
                                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                migration_id bigint REFERENCES kalends.migration ON DELETE CASCADE,
                                actor text NOT NULL DEFAULT session_user,
                                kind text NOT NULL,
                                message text NOT NULL);
                            CREATE FUNCTION kalends.refuse_truncate() RETURNS trigger LANGUAGE plpgsql
                                SECURITY DEFINER SET search_path = pg_catalog AS $body$
                            BEGIN
                                RAISE EXCEPTION USING ERRCODE = 'object_in_use',
                                    MESSAGE = format('cannot truncate %I.%I while Kalends converts it',
                                                     TG_TABLE_SCHEMA, TG_TABLE_NAME),
                                    HINT = 'DELETE the rows instead, or end the conversion first: kalends status';
                            END $body$;
                            REVOKE ALL ON FUNCTION kalends.refuse_truncate() FROM PUBLIC;
                            CREATE FUNCTION kalends.refuse_change() RETURNS trigger LANGUAGE plpgsql
                                SECURITY DEFINER SET search_path = pg_catalog AS $body$
                            BEGIN
                                RAISE EXCEPTION USING ERRCODE = 'object_in_use',
                                    MESSAGE = format('cannot %s rows of %I.%I while Kalends converts it: it has no primary key',
                                                     lower(TG_OP), TG_TABLE_SCHEMA, TG_TABLE_NAME),
                                    HINT = 'Only inserts are taken until the conversion ends: kalends status';
                            END $body$;
                            REVOKE ALL ON FUNCTION kalends.refuse_change() FROM PUBLIC
                            """),
                    Sql.of(
                            """
                            CREATE TABLE kalends.partition_set (
                                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                table_schema text NOT NULL,
                                table_name text NOT NULL,
                                table_oid oid NOT NULL UNIQUE,
                                migration_id bigint REFERENCES kalends.migration ON DELETE CASCADE,
                                spec text NOT NULL,
                                taken_over_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                agreed_removal text,
                                agreed_at timestamptz,
                                agreed_by text,
                                UNIQUE (table_schema, table_name));
                            CREATE TABLE kalends.retirement (
                                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                set_id bigint NOT NULL REFERENCES kalends.partition_set ON DELETE CASCADE,
                                leaf_oid oid NOT NULL,
                                leaf_schema text NOT NULL,
                                leaf_name text NOT NULL,
                                bounds text NOT NULL,
                                key_names text[] NOT NULL,
                                key_definitions text[] NOT NULL,
                                state text NOT NULL CHECK (state IN ('DETACHING', 'DETACHED', 'RELEASED', 'SET_ASIDE',
                                    'DROPPED', 'KEPT', 'RETURNED')),
                                began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                changed_at timestamptz NOT NULL DEFAULT clock_timestamp());
                            CREATE UNIQUE INDEX retirement_one_per_leaf ON kalends.retirement (leaf_oid)
                                WHERE state NOT IN ('DROPPED', 'KEPT', 'RETURNED');
                            CREATE TABLE kalends.archive (
                                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                set_id bigint NOT NULL REFERENCES kalends.partition_set ON DELETE CASCADE,
                                leaf_oid oid NOT NULL,
                                leaf_name text NOT NULL,
                                bounds text NOT NULL,
                                location text NOT NULL,
                                rows bigint NOT NULL,
                                checksum numeric NOT NULL,
                                verified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                expired_at timestamptz);
                            CREATE UNIQUE INDEX archive_one_per_leaf ON kalends.archive (set_id, leaf_oid) WHERE expired_at IS NULL;
                            CREATE TABLE kalends.row_update (
                                set_id bigint NOT NULL REFERENCES kalends.partition_set ON DELETE CASCADE,
                                rule text NOT NULL,
                                leaf_oid oid NOT NULL,
                                changes bigint NOT NULL,
                                done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                                PRIMARY KEY (set_id, rule, leaf_oid));
                            ALTER TABLE kalends.event ADD COLUMN set_id bigint REFERENCES kalends.partition_set ON DELETE SET NULL
                            """),
                    // The table of the library that schedules, as it wants it.
                    Sql.of(
                            """
                            CREATE TABLE kalends.scheduled_tasks (
                                task_name text NOT NULL,
                                task_instance text NOT NULL,
                                task_data bytea,
                                execution_time timestamptz NOT NULL,
                                picked boolean NOT NULL,
                                picked_by text,
                                last_success timestamptz,
                                last_failure timestamptz,
                                consecutive_failures integer,
                                last_heartbeat timestamptz,
                                version bigint NOT NULL,
                                priority smallint,
                                PRIMARY KEY (task_name, task_instance));
                            CREATE INDEX scheduled_tasks_due ON kalends.scheduled_tasks (execution_time);
                            CREATE INDEX scheduled_tasks_heartbeat ON kalends.scheduled_tasks (last_heartbeat)
                            """),
                    // What is in the archive outlives the maintenance of its table.
                    Sql.of(
                            """
                            ALTER TABLE kalends.archive DROP CONSTRAINT archive_set_id_fkey;
                            ALTER TABLE kalends.archive ALTER COLUMN set_id DROP NOT NULL;
                            ALTER TABLE kalends.archive ADD FOREIGN KEY (set_id) REFERENCES kalends.partition_set ON DELETE SET NULL;
                            ALTER TABLE kalends.archive
                                ADD COLUMN table_schema text,
                                ADD COLUMN table_name text,
                                ADD COLUMN leaf_schema text,
                                ADD COLUMN bytes bigint NOT NULL DEFAULT 0,
                                ADD COLUMN live_bytes bigint NOT NULL DEFAULT 0,
                                ADD COLUMN key_id text,
                                ADD COLUMN left_at timestamptz,
                                ADD COLUMN checked_at timestamptz,
                                ADD COLUMN held_at timestamptz,
                                ADD COLUMN held_by text,
                                ADD COLUMN held_because text,
                                ADD COLUMN restored_oid oid,
                                ADD COLUMN restored_at timestamptz,
                                ADD COLUMN restored_by text;
                            UPDATE kalends.archive a SET table_schema = s.table_schema, table_name = s.table_name, leaf_schema = s.table_schema
                              FROM kalends.partition_set s WHERE s.id = a.set_id;
                            ALTER TABLE kalends.archive ALTER COLUMN table_schema SET NOT NULL, ALTER COLUMN table_name SET NOT NULL,
                                ALTER COLUMN leaf_schema SET NOT NULL;
                            CREATE INDEX archive_table ON kalends.archive (table_schema, table_name) WHERE expired_at IS NULL
                            """));

    private static final Sql LOCK = Sql.of("SELECT pg_advisory_xact_lock(1264675941, 0)::text");
    private static final Sql EXISTS = Sql.of("SELECT to_regclass('kalends.version') IS NOT NULL");
    private static final Sql VERSION =
            Sql.of("SELECT coalesce(max(number), 0) FROM kalends.version");

    /// @return 0 when the schema is not there
    static int version(Session session) {
        return session.one(EXISTS, row -> row.truth(1))
                ? (int) (long) session.one(VERSION, row -> row.number(1))
                : 0;
    }

    static void upgrade(Session session) {
        if (version(session) == SCRIPTS.size()) {
            return;
        }
        session.transaction(() -> {
            session.query(LOCK, row -> row.textOrNull(1) == null);
            int present = version(session);
            if (present > SCRIPTS.size()) {
                throw new KalendsException(
                        FailureCode.SERVER_NOT_SUPPORTED,
                        "Schema kalends was made by a newer Kalends: it is at version %d, this program knows %d."
                                .formatted(present, SCRIPTS.size()),
                        "Nothing was changed.",
                        "Use the newer program.");
            }
            for (int number = present + 1; number <= SCRIPTS.size(); number++) {
                session.execute(SCRIPTS.get(number - 1));
                session.update(
                        Sql.text("INSERT INTO kalends.version (number) VALUES ({number})")
                                .put("number", Literal.of(number))
                                .build());
            }
        });
    }
}
