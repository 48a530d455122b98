package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;

class LedgerIT {
    private static final Instant END = Instant.parse("2026-03-17T10:00:00Z");
    private static final Generator GENERATOR = new Generator(5_000, 12, 3, END);
    private static final long UNTOUCHED = 1_001;
    private static final long TOUCHED = 2_002;

    @OldestAndNewest
    void findsNothingInUntouchedData(TestDatabase database) throws SQLException {
        Verdict verdict = judge(database, load(database, Variant.CURRENT));

        assertThat(verdict.samples()).isEmpty();
        assertThat(verdict.rows()).isEqualTo(5_000);
        assertThat(verdict.clean()).isTrue();
    }

    @OldestAndNewest
    void findsALostRow(TestDatabase database) throws SQLException {
        Ledger ledger = loadAndTouch(database);
        delete(database, GENERATOR.messageId(UNTOUCHED));
        delete(database, GENERATOR.messageId(TOUCHED));

        Verdict verdict = judge(database, ledger);

        assertThat(verdict.lost()).isEqualTo(2);
        assertThat(verdict.rows()).isEqualTo(4_998);
        assertThat(verdict.samples())
                .anySatisfy(sample ->
                        assertThat(sample).contains("lost " + GENERATOR.messageId(UNTOUCHED)));
        assertThat(verdict.clean()).isFalse();
    }

    @OldestAndNewest
    void findsALostRowThatAClientWrote(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        MessageRow row = writtenRow(ledger);
        ledger.shard(0).acknowledge(Map.of(row.text(Column.ID), RowState.of(row)));

        assertThat(judge(database, ledger).lost()).isEqualTo(1);
    }

    @OldestAndNewest
    void findsADoubledRow(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        database.sql(
                "alter table \"ConversationMessage\" drop constraint \"ConversationMessage_pkey\"");
        copy(database, GENERATOR.messageId(UNTOUCHED), "\"id\"");

        Verdict verdict = judge(database, ledger);

        assertThat(verdict.doubled()).isEqualTo(1);
        assertThat(verdict.lost() + verdict.different() + verdict.unexpected()).isZero();
    }

    @OldestAndNewest
    void findsAnAlteredRow(TestDatabase database) throws SQLException {
        Ledger ledger = loadAndTouch(database);
        database.sql(
                "update \"ConversationMessage\" set \"createdAt\" = \"createdAt\" + interval '1 ms'"
                        + " where id = '"
                        + GENERATOR.messageId(UNTOUCHED)
                        + "'",
                "update \"ConversationMessage\" set \"errorCode\" = ''"
                        + " where id = '"
                        + GENERATOR.messageId(TOUCHED)
                        + "'");

        Verdict verdict = judge(database, ledger);

        assertThat(verdict.different()).isEqualTo(2);
        assertThat(verdict.samples())
                .contains(
                        "different " + GENERATOR.messageId(UNTOUCHED) + ": in [CREATED_AT]",
                        "different " + GENERATOR.messageId(TOUCHED) + ": in [ERROR_CODE]");
    }

    @OldestAndNewest
    void findsAnAcknowledgedWriteThatIsNotThere(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        acknowledge(ledger, "changed");

        assertThat(judge(database, ledger).different()).isEqualTo(1);
    }

    @OldestAndNewest
    void findsADeletedRowThatCameBack(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        ledger.shard(client(ledger))
                .acknowledge(Map.of(GENERATOR.messageId(TOUCHED), RowState.ABSENT));

        assertThat(judge(database, ledger).unexpected()).isEqualTo(1);
    }

    @OldestAndNewest
    void findsARowThatNobodyWrote(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        copy(database, GENERATOR.messageId(UNTOUCHED), "'c' || substr(\"id\", 2, 23) || '_'");

        assertThat(judge(database, ledger).unexpected()).isEqualTo(1);
    }

    @OldestAndNewest
    void acceptsBothOutcomesOnlyOfAWriteInDoubt(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        String id = GENERATOR.messageId(TOUCHED);
        RowState before = RowState.of(ledger.generated(TOUCHED));
        RowState after = before.with(Column.CONTENT, "changed");
        ledger.shard(client(ledger)).doubt(Map.of(id, before), Map.of(id, after));

        assertThat(judge(database, ledger).clean()).isTrue();
        change(database, id, "changed");
        assertThat(judge(database, ledger).clean()).isTrue();
        change(database, id, "something else");
        assertThat(judge(database, ledger).different()).isEqualTo(1);
        delete(database, id);
        assertThat(judge(database, ledger).lost()).isEqualTo(1);
    }

    private static Ledger load(TestDatabase database, Variant variant) throws SQLException {
        try (Connection connection = database.connect()) {
            Loader.load(connection, GENERATOR, variant, rows -> {});
        }
        return new Ledger(GENERATOR, variant, 4);
    }

    /// Also changes one row, in the table and in the ledger.
    private static Ledger loadAndTouch(TestDatabase database) throws SQLException {
        Ledger ledger = load(database, Variant.AS_MIGRATED);
        change(database, GENERATOR.messageId(TOUCHED), "changed");
        acknowledge(ledger, "changed");
        assertThat(judge(database, ledger).clean()).isTrue();
        return ledger;
    }

    private static void acknowledge(Ledger ledger, String content) {
        ledger.shard(client(ledger))
                .acknowledge(
                        Map.of(
                                GENERATOR.messageId(TOUCHED),
                                RowState.of(ledger.generated(TOUCHED))
                                        .with(Column.CONTENT, content)));
    }

    private static int client(Ledger ledger) {
        return (int) (TOUCHED % ledger.clients());
    }

    private static MessageRow writtenRow(Ledger ledger) {
        long createdAt = END.toEpochMilli();
        String id = Cuid.of(Cuid.Kind.WRITTEN, createdAt, ledger.shard(0).nextNumber(), 1);
        return GENERATOR.written(id, createdAt, new SplittableRandom(1));
    }

    private static void change(TestDatabase database, String id, String content) {
        database.sql(
                "update \"ConversationMessage\" set content = '%s' where id = '%s'"
                        .formatted(content, id));
    }

    private static void delete(TestDatabase database, String id) {
        database.sql("delete from \"ConversationMessage\" where id = '" + id + "'");
    }

    private static void copy(TestDatabase database, String id, String newId) {
        database.sql(
                "create temporary table one as select * from \"ConversationMessage\""
                        + " where id = '"
                        + id
                        + "'",
                "update one set id = " + newId,
                "insert into \"ConversationMessage\" select * from one");
    }

    private static Verdict judge(TestDatabase database, Ledger ledger) throws SQLException {
        try (Connection connection = database.connect()) {
            return ledger.judge(connection, MessagingApplication.CONVERSATION_MESSAGE);
        }
    }
}
