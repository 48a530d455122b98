package dev.kalends.bench;

import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// The tables of each [InsertWay], in schema `measured`.
final class InsertSql {
    private static final int RADIX = 36;

    /// Ids as `cuid()` makes them, in the order of their time, which is spread evenly.
    private static final String SOURCE =
            """
            CREATE SCHEMA source;
            CREATE FUNCTION source.base36(number bigint, digits int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
                SELECT string_agg(substr('0123456789abcdefghijklmnopqrstuvwxyz', (number / (36::numeric ^ place)::bigint %% 36)::int + 1, 1), '' ORDER BY place DESC)
                  FROM generate_series(0, digits - 1) place $$;
            CREATE FUNCTION source.id(at timestamp, kind text, number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
                SELECT 'c' || source.base36((extract(epoch FROM at) * 1000)::bigint, 8) || source.base36(number, 4) || kind || substr(md5(number::text), 1, 8) $$;
            CREATE TABLE source.message AS
                SELECT n, source.id(at, 'mess', n) AS id, at FROM (
                    SELECT n, date_trunc('milliseconds', timestamp '%1$s' + n * ((timestamp '%2$s' - timestamp '%1$s') / %3$d)) AS at
                      FROM generate_series(0, %3$d - 1) n) made;
            CREATE TABLE source.recipient AS
                SELECT m.n, source.id(m.at, 'reci', m.n) AS id, m.id AS message FROM source.message m;
            ANALYZE source.message;
            ANALYZE source.recipient;
            CREATE FUNCTION source.insert_messages() RETURNS void LANGUAGE plpgsql AS $$ DECLARE s record; BEGIN
                FOR s IN SELECT * FROM source.message ORDER BY n LOOP
                    INSERT INTO measured."Message" VALUES (s.id, 'church', 'See you on Sunday', 'sent', s.at, s.at);
                END LOOP; END $$;
            CREATE FUNCTION source.insert_recipients() RETURNS void LANGUAGE plpgsql AS $$ DECLARE s record; BEGIN
                FOR s IN SELECT * FROM source.recipient ORDER BY n LOOP
                    INSERT INTO measured."MessageRecipient" ("id", "messageId", "memberId", "status") VALUES (s.id, s.message, 'member', 'pending');
                END LOOP; END $$
            """;

    private static final String MESSAGE =
            """
            CREATE TABLE measured."Message" (
                "id" text NOT NULL, "churchId" text NOT NULL, "content" text NOT NULL, "status" text NOT NULL,
                "createdAt" timestamp(3) NOT NULL, "updatedAt" timestamp(3) NOT NULL,
                CONSTRAINT "Message_pkey" PRIMARY KEY (%s)) %s
            """;

    private static final String MESSAGE_INDEX =
            """
            CREATE INDEX ON measured."Message" ("churchId", "createdAt", "status")
            """;

    private static final String RECIPIENT =
            """
            CREATE TABLE measured."MessageRecipient" (
                "id" text NOT NULL, "messageId" text NOT NULL, "memberId" text NOT NULL, "status" text NOT NULL,
                "attempts" integer NOT NULL DEFAULT 0, "deliveredAt" timestamp(3),
                CONSTRAINT "MessageRecipient_pkey" PRIMARY KEY (%s)) %s;
            CREATE UNIQUE INDEX ON measured."MessageRecipient" ("messageId", "memberId");
            CREATE INDEX ON measured."MessageRecipient" ("memberId")
            """;

    private static final String PARTITION =
            """
            CREATE TABLE measured."%1$s_%2$s" PARTITION OF measured."%1$s" FOR VALUES FROM ('%3$s') TO ('%4$s')
            """;

    private static final String FOREIGN_KEY =
            """
            ALTER TABLE measured."%s" ADD CONSTRAINT "MessageRecipient_messageId_fkey" FOREIGN KEY ("messageId")
                REFERENCES %s ("id") ON DELETE CASCADE ON UPDATE CASCADE
            """;

    private static final String GUARD =
            """
            CREATE SCHEMA guard;
            CREATE TABLE guard."Message" (id text NOT NULL, "createdAt" timestamp(3) NOT NULL,
                CONSTRAINT "Message_pkey" PRIMARY KEY (id)) WITH (fillfactor = 90);
            CREATE INDEX ON guard."Message" ("createdAt");
            CREATE FUNCTION guard.inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                INSERT INTO guard."Message" (id, "createdAt") SELECT NEW.id, NEW."createdAt"
                 WHERE NOT EXISTS (SELECT FROM guard."Message" g WHERE g.id = NEW.id AND g."createdAt" = NEW."createdAt");
                RETURN NULL; END $$;
            CREATE TRIGGER "0_guard" AFTER INSERT ON measured."Message" FOR EACH ROW EXECUTE FUNCTION guard.inserted();
            ALTER TABLE measured."Message" ENABLE ALWAYS TRIGGER "0_guard"
            """;

    private static final String CARRY =
            """
            ALTER TABLE measured."MessageRecipient" ADD COLUMN "createdAt" timestamp(3) NOT NULL;
            CREATE FUNCTION measured.carry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW."createdAt" IS NULL OR TG_OP = 'UPDATE' THEN
                    SELECT p."createdAt" INTO NEW."createdAt" FROM %s."Message" p WHERE p.id = NEW."messageId";
                    IF NOT FOUND THEN
                        RAISE EXCEPTION USING ERRCODE = '23503', CONSTRAINT = 'MessageRecipient_messageId_fkey',
                            MESSAGE = 'insert or update on table "MessageRecipient" violates foreign key constraint';
                    END IF;
                END IF;
                RETURN NEW; END $$;
            CREATE TRIGGER carry BEFORE INSERT OR UPDATE OF "messageId" ON measured."MessageRecipient"
                FOR EACH ROW EXECUTE FUNCTION measured.carry();
            ALTER TABLE measured."MessageRecipient" ADD CONSTRAINT "MessageRecipient_messageId_fkey"
                FOREIGN KEY ("messageId", "createdAt") REFERENCES measured."Message" ("id", "createdAt")
                ON DELETE CASCADE ON UPDATE CASCADE
            """;

    private static final String RECIPIENTS = RECIPIENT.formatted("\"id\"", "");

    private static final String DROP =
            """
            DROP SCHEMA IF EXISTS measured CASCADE;
            DROP SCHEMA IF EXISTS guard CASCADE;
            CREATE SCHEMA measured
            """;

    private static final String NOT_PARTITIONED = "";

    private final YearMonth first;
    private final int months;
    private final int rows;

    InsertSql(YearMonth first, int months, int rows) {
        this.first = first;
        this.months = months;
        this.rows = rows;
    }

    /// The rows to insert, and the functions that insert them one by one.
    String source() {
        return SOURCE.formatted(first.atDay(1), first.plusMonths(months).atDay(1), rows);
    }

    /// The empty tables, and nothing of those before.
    List<String> tables(InsertWay way) {
        List<String> all = new ArrayList<>(List.of(DROP));
        all.addAll(
                switch (way) {
                    case PLAIN -> messages("\"id\"", NOT_PARTITIONED);
                    case BY_CREATED_AT -> byCreatedAt();
                    case BY_ID -> byId();
                    case GUARD -> with(byCreatedAt(), GUARD);
                    case RECIPIENT_PLAIN ->
                            with(
                                    messages("\"id\"", NOT_PARTITIONED),
                                    RECIPIENTS,
                                    foreignKey("MessageRecipient", "measured.\"Message\""));
                    case RECIPIENT_BY_ID ->
                            with(
                                    recipientsById(),
                                    foreignKey("MessageRecipient", "measured.\"Message\""));
                    case RECIPIENT_PAIRED -> paired();
                    case RECIPIENT_GUARD ->
                            with(
                                    byCreatedAt(),
                                    GUARD,
                                    RECIPIENTS,
                                    foreignKey("MessageRecipient", "guard.\"Message\""));
                    case RECIPIENT_CARRY_GUARD ->
                            with(byCreatedAt(), GUARD, RECIPIENTS, CARRY.formatted("guard"));
                    case RECIPIENT_CARRY ->
                            with(byCreatedAt(), RECIPIENTS, CARRY.formatted("measured"));
                });
        return all;
    }

    private List<String> byCreatedAt() {
        List<String> all =
                new ArrayList<>(
                        messages("\"id\", \"createdAt\"", "PARTITION BY RANGE (\"createdAt\")"));
        for (int i = 0; i < months; i++) {
            YearMonth month = first.plusMonths(i);
            all.add(
                    PARTITION.formatted(
                            "Message", i, month.atDay(1), month.plusMonths(1).atDay(1)));
        }
        return all;
    }

    private List<String> byId() {
        return with(
                messages("\"id\"", "PARTITION BY RANGE (\"id\")"),
                idPartitions("Message").toArray(new String[0]));
    }

    private List<String> recipientsById() {
        return with(
                with(
                        byId(),
                        RECIPIENT.formatted(
                                "\"id\", \"messageId\"", "PARTITION BY RANGE (\"messageId\")")),
                idPartitions("MessageRecipient").toArray(new String[0]));
    }

    private List<String> paired() {
        List<String> all = new ArrayList<>(recipientsById());
        for (int i = 0; i < months; i++) {
            all.add(foreignKey("MessageRecipient_" + i, "measured.\"Message_" + i + "\""));
        }
        return all;
    }

    private List<String> idPartitions(String table) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < months; i++) {
            all.add(PARTITION.formatted(table, i, firstId(i), firstId(i + 1)));
        }
        return all;
    }

    /// The lowest id of a month: 8 digits of base 36 for milliseconds will do until 2059.
    private String firstId(int month) {
        long millis =
                first.plusMonths(month)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .toEpochMilli();
        return "c" + Long.toString(millis, RADIX);
    }

    private static List<String> messages(String key, String partitioned) {
        return List.of(MESSAGE.formatted(key, partitioned), MESSAGE_INDEX);
    }

    private static String foreignKey(String table, String messages) {
        return FOREIGN_KEY.formatted(table, messages);
    }

    private static List<String> with(List<String> statements, String... more) {
        List<String> all = new ArrayList<>(statements);
        all.addAll(List.of(more));
        return all;
    }
}
