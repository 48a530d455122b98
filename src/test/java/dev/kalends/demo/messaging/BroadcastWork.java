package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What clients do with "Message", "MessageRecipient" and "MessageQueue". Each method answers with
/// null where there is nothing to do it with.
final class BroadcastWork {
    private static final int RECIPIENTS_MIN = 3;
    private static final int RECIPIENTS_MAX = 8;
    private static final long RETRY_MILLIS = 60_000;
    private static final long DAY_MILLIS = 86_400_000;
    private static final int ARCHIVED_SPAN_DAYS = 60;

    private static final String EDIT =
            """
            UPDATE "Message" SET "content" = ?, "status" = 'sent', "updatedAt" = CAST(? AS TIMESTAMP(3))
             WHERE "id" = ?
            """;
    private static final String DELIVER =
            """
            UPDATE "MessageRecipient"
               SET "status" = 'delivered', "attempts" = "attempts" + 1, "deliveredAt" = CAST(? AS TIMESTAMP(3))
             WHERE "messageId" = ? AND "status" = 'pending'
            """;
    private static final String RETRY_RECIPIENT =
            """
            UPDATE "MessageRecipient" SET "status" = 'pending', "attempts" = "attempts" + 1, "deliveredAt" = NULL
             WHERE "id" = ?
            """;
    private static final String ARCHIVE =
            """
            UPDATE "Message" SET "status" = 'archived', "updatedAt" = CAST(? AS TIMESTAMP(3))
             WHERE "churchId" = ? AND "createdAt" >= CAST(? AS TIMESTAMP(3))
               AND "createdAt" < CAST(? AS TIMESTAMP(3)) AND "status" <> 'archived'
            """;
    private static final String POSTPONE =
            """
            UPDATE "MessageQueue" SET "status" = 'retry', "nextRetryAt" = CAST(? AS TIMESTAMP(3))
             WHERE "id" = ?
            """;

    private final LiveSource source;

    BroadcastWork(LiveSource source) {
        this.source = source;
    }

    /// A message with its recipients, in one transaction.
    Work send(Tenant tenant) {
        WorldRow message = newMessage(tenant);
        List<WorldRow> recipients = recipients(message);
        return Work.of(
                putAll(tenant, message, recipients),
                Work.insert(List.of(message)),
                Work.insert(recipients));
    }

    /// The same, the recipients through COPY.
    Work copy(Tenant tenant) {
        WorldRow message = newMessage(tenant);
        List<WorldRow> recipients = recipients(message);
        return Work.of(
                putAll(tenant, message, recipients),
                Work.insert(List.of(message)),
                new Work.Step.Copy(WorldTable.MESSAGE_RECIPIENT, recipients));
    }

    @Nullable Work edit(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.MESSAGE, source.random());
        if (message == null) {
            return null;
        }
        String content = Texts.message(source.random());
        String now = source.now();
        return update(
                tenant,
                message.with("content", content).with("status", "sent").with("updatedAt", now),
                EDIT,
                List.of(content, now, message.id()));
    }

    @Nullable Work deliver(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.MESSAGE, source.random());
        if (message == null) {
            return null;
        }
        String now = source.now();
        Changes changes = new Changes(tenant);
        for (WorldRow each : tenant.children(WorldLink.RECIPIENTS, message.id())) {
            if (each.text("status").equals("pending")) {
                changes.put(attempted(each).with("status", "delivered").with("deliveredAt", now));
            }
        }
        return Work.of(
                changes,
                new Work.Step.Statement(
                        DELIVER, List.of(now, message.id()), changes.rows().size()));
    }

    @Nullable Work retryRecipient(Tenant tenant) {
        WorldRow recipient = tenant.any(WorldTable.MESSAGE_RECIPIENT, source.random());
        return recipient == null
                ? null
                : update(
                        tenant,
                        attempted(recipient).with("status", "pending").with("deliveredAt", null),
                        RETRY_RECIPIENT,
                        List.of(recipient.id()));
    }

    /// All messages of two months that are not archived yet, some time over 90 days ago.
    Work archive(Tenant tenant) {
        long end = source.clock().millis() - 90 * DAY_MILLIS;
        long start = source.generator().start().toEpochMilli();
        long from = start + (long) (source.random().nextDouble() * Math.max(1, end - start));
        String first = Timeline.text(from);
        String last = Timeline.text(Math.min(end, from + ARCHIVED_SPAN_DAYS * DAY_MILLIS));
        String now = source.now();
        Changes changes = new Changes(tenant);
        for (WorldRow each : tenant.all(WorldTable.MESSAGE)) {
            // Such texts sort as the times do.
            if (each.text("createdAt").compareTo(first) >= 0
                    && each.text("createdAt").compareTo(last) < 0
                    && !each.text("status").equals("archived")) {
                changes.put(each.with("status", "archived").with("updatedAt", now));
            }
        }
        return Work.of(
                changes,
                new Work.Step.Statement(
                        ARCHIVE,
                        List.of(now, tenant.churchId(), first, last),
                        changes.rows().size()));
    }

    @Nullable Work delete(Tenant tenant) {
        return deleteAny(tenant, WorldTable.MESSAGE);
    }

    @Nullable Work enqueue(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.MESSAGE, source.random());
        if (message == null) {
            return null;
        }
        long now = source.clock().millis();
        WorldRow queued =
                WorldRow.of(
                        WorldTable.MESSAGE_QUEUE,
                        source.newId(now),
                        message.id(),
                        "queued",
                        null,
                        Timeline.text(now));
        return Work.of(putAll(tenant, queued, List.of()), Work.insert(List.of(queued)));
    }

    @Nullable Work postpone(Tenant tenant) {
        WorldRow queued = tenant.any(WorldTable.MESSAGE_QUEUE, source.random());
        if (queued == null) {
            return null;
        }
        String next = Timeline.text(source.clock().millis() + RETRY_MILLIS);
        return update(
                tenant,
                queued.with("status", "retry").with("nextRetryAt", next),
                POSTPONE,
                List.of(next, queued.id()));
    }

    @Nullable Work dequeue(Tenant tenant) {
        return deleteAny(tenant, WorldTable.MESSAGE_QUEUE);
    }

    private WorldRow newMessage(Tenant tenant) {
        long now = source.clock().millis();
        return WorldRow.of(
                WorldTable.MESSAGE,
                source.newId(now),
                tenant.churchId(),
                Texts.message(source.random()),
                "sending",
                Timeline.text(now),
                Timeline.text(now));
    }

    private List<WorldRow> recipients(WorldRow message) {
        long createdAt = Timeline.millis(message.text("createdAt"));
        List<String> all = source.members();
        int wanted =
                Math.min(all.size(), source.random().nextInt(RECIPIENTS_MIN, RECIPIENTS_MAX + 1));
        Set<String> members = new HashSet<>();
        while (members.size() < wanted) {
            members.add(all.get(source.random().nextInt(all.size())));
        }
        List<WorldRow> recipients = new ArrayList<>();
        for (String member : members) {
            recipients.add(
                    WorldRow.of(
                            WorldTable.MESSAGE_RECIPIENT,
                            source.newId(createdAt),
                            message.id(),
                            member,
                            "pending",
                            "0",
                            null));
        }
        return recipients;
    }

    private @Nullable Work deleteAny(Tenant tenant, WorldTable table) {
        WorldRow row = tenant.any(table, source.random());
        return row == null ? null : source.delete(tenant, row);
    }

    private static WorldRow attempted(WorldRow recipient) {
        int attempts = Integer.parseInt(recipient.text("attempts"));
        return recipient.with("attempts", Integer.toString(attempts + 1));
    }

    private static Changes putAll(Tenant tenant, WorldRow row, List<WorldRow> others) {
        Changes changes = new Changes(tenant);
        changes.put(row);
        others.forEach(changes::put);
        return changes;
    }

    private static Work update(
            Tenant tenant, WorldRow after, String sql, List<@Nullable String> values) {
        return Work.of(putAll(tenant, after, List.of()), new Work.Step.Statement(sql, values, 1));
    }
}
