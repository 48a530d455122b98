package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

class LoaderIT {
    private static final Instant END = Instant.parse("2026-03-17T10:00:00Z");

    @OldestAndNewest
    void loadsWhatTheGeneratorSays(TestDatabase database) throws SQLException {
        Generator generator = new Generator(20_000, 24, 7, END);
        try (Connection connection = database.connect()) {
            Loader.load(connection, generator, Variant.CURRENT, rows -> {});
        }

        assertThat(database.value("select count(*) from \"ConversationMessage\""))
                .isEqualTo("20000");
        assertThat(
                        database.value(
                                "select \"conversationId\" from \"ConversationMessage\""
                                        + " group by 1 order by count(*) desc limit 1"))
                .isEqualTo(generator.longestConversation());
        assertThat(
                        database.value(
                                "select avg(octet_length(content))::int between 60 and 140"
                                        + " from \"ConversationMessage\" where length(content) < 8000"))
                .isEqualTo("t");
        assertThat(
                        database.rows(
                                "select count(*), min(length(content)) > 8192"
                                        + " from \"ConversationMessage\" where length(content) > 2000"))
                .isEqualTo(List.of(List.of("20", "t")));
        // Out of line means the text was too long even when compressed.
        assertThat(
                        database.value(
                                "select pg_relation_size(reltoastrelid) > 160000 from pg_class"
                                        + " where oid = '\"ConversationMessage\"'::regclass"))
                .isEqualTo("t");
    }

    @OldestAndNewest
    void keysAndIndexesAreNamedAsPrismaNamesThem(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            MessagingApplication.create(connection, Variant.AS_MIGRATED);
        }

        assertThat(
                        database.rows(
                                "select indexname from pg_indexes where tablename ="
                                        + " 'ConversationMessage' order by 1"))
                .containsExactly(
                        List.of("ConversationMessage_churchId_idx"),
                        List.of("ConversationMessage_conversationId_createdAt_idx"),
                        List.of("ConversationMessage_conversationId_idx"),
                        List.of("ConversationMessage_createdAt_idx"),
                        List.of("ConversationMessage_direction_idx"),
                        List.of("ConversationMessage_memberId_idx"),
                        List.of("ConversationMessage_pkey"),
                        List.of("ConversationMessage_providerMessageId_idx"));
        assertThat(
                        database.rows(
                                "select conname, pg_get_constraintdef(oid) from pg_constraint"
                                        + " where conrelid = '\"ConversationMessage\"'::regclass"
                                        + " and contype = 'f' order by 1"))
                .containsExactly(
                        List.of(
                                "ConversationMessage_conversationId_fkey",
                                "FOREIGN KEY (\"conversationId\") REFERENCES \"Conversation\"(id)"
                                        + " ON UPDATE CASCADE ON DELETE CASCADE"),
                        List.of(
                                "ConversationMessage_memberId_fkey",
                                "FOREIGN KEY (\"memberId\") REFERENCES \"Member\"(id)"
                                        + " ON UPDATE CASCADE ON DELETE SET NULL"));
        assertThat(
                        database.value(
                                "select count(*) from pg_constraint where contype = 'f' and"
                                        + " confrelid = '\"ConversationMessage\"'::regclass"))
                .isEqualTo("0");
    }
}
