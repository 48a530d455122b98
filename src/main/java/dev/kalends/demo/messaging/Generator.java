package dev.kalends.demo.messaging;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/// The application's data, as a pure function of the parameters: every row can be made again from
/// its ordinal alone. Messages are in the order of their time, and so are their ids.
public final class Generator {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int MESSAGES_PER_CONVERSATION = 20;
    private static final int CONVERSATIONS_MIN = 10;
    private static final int CONVERSATIONS_PER_CHURCH = 1_000;
    private static final int CHURCHES_MIN = 3;
    private static final int LONG_EVERY = 1009;
    private static final int LONG_REMAINDER = 500;

    /// Only one message in so many is ever replied or reacted to.
    private static final int REFERRED_EVERY = 17;

    private static final int REPLY_DISTANCE_MAX = 1000;
    private static final List<String> STATUSES =
            List.of("delivered", "delivered", "delivered", "delivered", "sent", "failed");

    /// A message's place and chance before its contents are drawn.
    private record Head(long createdAt, long chance, SplittableRandom random) {}

    private final long rows;
    private final long churches;
    private final long seed;
    private final Instant end;
    private final Timeline timeline;

    /// @param rows messages in "ConversationMessage"; the other tables grow with it
    /// @param months how many calendar months they span, up to and with that of `end`
    /// @param end the time after the last message
    public Generator(long rows, int months, long seed, Instant end) {
        if (rows < 1 || months < 1) {
            throw new IllegalArgumentException(
                    "Cannot generate %d rows in %d months: both must be 1 or more"
                            .formatted(rows, months));
        }
        this.rows = rows;
        this.churches = Math.max(CHURCHES_MIN, conversations() / CONVERSATIONS_PER_CHURCH);
        this.seed = seed;
        this.end = end;
        this.timeline = Timeline.ending(end, months);
    }

    private Generator(Generator like, long churches) {
        this.rows = like.rows;
        this.churches = churches;
        this.seed = like.seed;
        this.end = like.end;
        this.timeline = like.timeline;
    }

    /// The same amount of data for so many churches.
    Generator withChurches(long count) {
        return new Generator(this, count);
    }

    public long rows() {
        return rows;
    }

    public Instant end() {
        return end;
    }

    /// When the first month begins; no message is older.
    public Instant start() {
        return Instant.ofEpochMilli(timeline.startMillis());
    }

    public long conversations() {
        return Math.max(CONVERSATIONS_MIN, rows / MESSAGES_PER_CONVERSATION);
    }

    /// Each conversation is with one member.
    public long members() {
        return conversations();
    }

    public long churches() {
        return churches;
    }

    /// The conversation with by far the most messages.
    public String longestConversation() {
        return conversationId(0);
    }

    /// The id of a message.
    ///
    /// @param ordinal from 0 to [#rows()], exclusive
    public String messageId(long ordinal) {
        Head head = head(ordinal);
        return Cuid.of(Cuid.Kind.MESSAGE, head.createdAt(), ordinal, head.chance());
    }

    /// @param share how many of all rows came before, 0 to 1
    long at(double share) {
        return timeline.at(share);
    }

    long createdAt(long ordinal) {
        return head(ordinal).createdAt();
    }

    MessageRow message(long ordinal) {
        Head head = head(ordinal);
        String id = Cuid.of(Cuid.Kind.MESSAGE, head.createdAt(), ordinal, head.chance());
        // Of the conversations there were at that time, the oldest have the most messages.
        double share = head.random().nextDouble();
        long conversation = (long) (conversationsBefore(ordinal) * share * share);
        MessageRow row = fill(id, head.createdAt(), conversation, head.random());
        if (isLong(ordinal)) {
            row.put(Column.CONTENT, Texts.longMessage(head.random()));
        }
        long referred = ordinal / REFERRED_EVERY - 1 - head.random().nextInt(REPLY_DISTANCE_MAX);
        if (referred >= 0 && head.random().nextInt(20) == 0) {
            row.put(Column.REPLY_TO_ID, messageId(referred * REFERRED_EVERY));
        }
        return row;
    }

    /// A message as a client of the traffic writes it.
    MessageRow written(String id, long createdAt, SplittableRandom random) {
        double share = random.nextDouble();
        return fill(id, createdAt, (long) (conversations() * share * share), random);
    }

    static boolean isLong(long ordinal) {
        return ordinal % LONG_EVERY == LONG_REMAINDER;
    }

    /// The n-th message with a long text; it exists if below [#rows()].
    static long longOrdinal(long n) {
        return n * LONG_EVERY + LONG_REMAINDER;
    }

    /// How many messages have a long text.
    long longRows() {
        return (rows - LONG_REMAINDER + LONG_EVERY - 1) / LONG_EVERY;
    }

    /// Whether other rows may refer to the message; the traffic deletes no such message.
    static boolean isReferred(long ordinal) {
        return ordinal % REFERRED_EVERY == 0;
    }

    /// The id of the n-th message that others may refer to.
    String referredId(long n) {
        return messageId(n % ((rows - 1) / REFERRED_EVERY + 1) * REFERRED_EVERY);
    }

    String conversationId(long conversation) {
        return Cuid.of(
                Cuid.Kind.CONVERSATION,
                conversationCreatedAt(conversation),
                conversation,
                chance(Cuid.Kind.CONVERSATION, conversation));
    }

    long conversationCreatedAt(long conversation) {
        return timeline.at((double) conversation / conversations());
    }

    String memberId(long member) {
        return Cuid.of(
                Cuid.Kind.MEMBER,
                conversationCreatedAt(member),
                member,
                chance(Cuid.Kind.MEMBER, member));
    }

    String churchId(long church) {
        return Cuid.of(
                Cuid.Kind.CHURCH, timeline.startMillis(), church, chance(Cuid.Kind.CHURCH, church));
    }

    String adminId(long church) {
        return Cuid.of(
                Cuid.Kind.ADMIN, timeline.startMillis(), church, chance(Cuid.Kind.ADMIN, church));
    }

    /// The church of a conversation and of its member; some churches are much larger than others.
    long churchOf(long conversation) {
        double share = new SplittableRandom(chance(Cuid.Kind.CHURCH, ~conversation)).nextDouble();
        return (long) (churches() * share * share);
    }

    long chance(Cuid.Kind kind, long number) {
        return new SplittableRandom(seed * GOLDEN ^ number * 31 + kind.name().hashCode())
                .nextLong();
    }

    private Head head(long ordinal) {
        SplittableRandom random = new SplittableRandom(seed ^ ordinal * GOLDEN);
        long createdAt = timeline.at((ordinal + random.nextDouble()) / rows);
        return new Head(createdAt, random.nextLong(), random);
    }

    private long conversationsBefore(long ordinal) {
        return Math.max(1, (long) ((double) ordinal / rows * conversations()));
    }

    private MessageRow fill(String id, long createdAt, long conversation, SplittableRandom random) {
        MessageRow row = new MessageRow();
        long church = churchOf(conversation);
        boolean inbound = random.nextInt(5) < 2;
        row.put(Column.ID, id);
        row.put(Column.CONVERSATION_ID, conversationId(conversation));
        row.put(Column.CHURCH_ID, churchId(church));
        row.put(Column.DIRECTION, inbound ? "inbound" : "outbound");
        row.put(Column.CONTENT, Texts.message(random));
        row.put(Column.CHANNEL, random.nextInt(10) == 0 ? "mms" : "sms");
        row.put(Column.SEGMENTS, Integer.toString(1 + random.nextInt(3)));
        row.put(Column.IS_READ, inbound && random.nextInt(10) > 0 ? "true" : "false");
        row.put(Column.CREATED_AT, Timeline.text(createdAt));
        row.put(Column.UPDATED_AT, Timeline.text(createdAt + random.nextInt(60_000)));
        if (inbound || random.nextBoolean()) {
            row.put(Column.MEMBER_ID, memberId(conversation));
        }
        if (random.nextInt(20) > 0) {
            row.put(
                    Column.PROVIDER_MESSAGE_ID,
                    "SM"
                            + HexFormat.of().toHexDigits(random.nextLong())
                            + HexFormat.of().toHexDigits(random.nextLong()));
        }
        if (inbound) {
            row.put(Column.STATUS, "received");
            row.put(Column.READ_AT, Timeline.text(createdAt + random.nextInt(3_600_000)));
        } else {
            fillOutbound(row, createdAt, church, random);
        }
        if (random.nextInt(50) == 0) {
            row.put(
                    Column.MEDIA_URL,
                    "https://media.example.org/" + Integer.toHexString(random.nextInt()));
        }
        return row;
    }

    private void fillOutbound(
            MessageRow row, long createdAt, long church, SplittableRandom random) {
        String status = STATUSES.get(random.nextInt(STATUSES.size()));
        row.put(Column.STATUS, status);
        row.put(Column.COST_CENTS, "0." + (1 + random.nextInt(8)) + "5");
        row.put(Column.SENT_BY_ADMIN_ID, adminId(church));
        row.put(
                Column.METADATA,
                "{\"attempt\": "
                        + (1 + random.nextInt(3))
                        + ", \"carrier\": \"c"
                        + random.nextInt(30)
                        + "\"}");
        if (status.equals("delivered")) {
            row.put(Column.DELIVERED_AT, Timeline.text(createdAt + random.nextInt(30_000)));
        } else if (status.equals("failed")) {
            row.put(Column.ERROR_CODE, Integer.toString(30_000 + random.nextInt(9)));
        }
    }
}
