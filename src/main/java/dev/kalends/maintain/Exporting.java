package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.QualifiedName;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// Has a partition written to the archive, and notes it.
final class Exporting {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;

    Exporting(Hands hands, PartitionSets.Maintained maintained) {
        this.hands = hands;
        this.maintained = maintained;
    }

    /// Whether rows can still be written to a partition.
    enum Standing {
        /// It stays in the table: what came while it was written is looked for, and written again.
        LIVE,
        /// It leaves, and is compared after that.
        LEAVING
    }

    private static final int TRIES = 3;

    Archives.Fresh run(PartitionSet set, PartitionSet.Member member, Standing standing) {
        PartitionArchive archive = hands.archive();
        if (archive == null) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s is to be archived, and no archive is at hand.".formatted(member.name()),
                    "It was not dropped.",
                    "Say drop: true to drop without, or keep: detached to keep it.");
        }
        PartitionArchive.Subject subject =
                new PartitionArchive.Subject(
                        maintained.table(),
                        member.name(),
                        member.boundsText(),
                        set.keys().stream().map(PartitionSet.KeyColumn::name).toList(),
                        maintained.spec().scheme() instanceof Scheme.TimeRange times
                                ? times.timeZone()
                                : ZoneOffset.UTC);
        PartitionArchive.Copy copy = archive.export(hands.session(), subject);
        for (int tries = 1;
                standing == Standing.LIVE
                        && tries < TRIES
                        && !copy.content().same(content(hands.session(), member.name()));
                tries++) {
            archive.discard(copy.location());
            copy = archive.export(hands.session(), subject);
        }
        return record(archive, member, copy);
    }

    private Archives.Fresh record(
            PartitionArchive archive, PartitionSet.Member member, PartitionArchive.Copy copy) {
        Archives.Fresh fresh =
                new Archives.Fresh(
                        maintained.id(),
                        maintained.table(),
                        member.oid(),
                        member.name(),
                        member.boundsText(),
                        copy.location(),
                        copy.content().rows(),
                        copy.content().checksum(),
                        copy.bytes(),
                        copy.liveBytes(),
                        copy.keyId());
        List<String> superseded = new ArrayList<>();
        hands.session()
                .transaction(() -> {
                    superseded.addAll(Archives.add(hands.session(), fresh));
                    PartitionSets.note(
                            hands.session(),
                            maintained.id(),
                            "export",
                            "%d rows of %s to %s, read back and equal"
                                    .formatted(fresh.rows(), member.name(), copy.location()));
                });
        superseded.forEach(archive::discard);
        return fresh;
    }

    /// What a partition holds, as an archive's copy of it would say.
    static PartitionArchive.Content content(Session session, QualifiedName partition) {
        return session.one(
                RetireSql.checksum(partition),
                row -> new PartitionArchive.Content(row.number(1), new BigDecimal(row.text(2))));
    }
}
