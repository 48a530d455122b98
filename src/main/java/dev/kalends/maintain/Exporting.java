package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import java.math.BigDecimal;

/// Has a partition written to the archive, and notes it.
final class Exporting {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;

    Exporting(Hands hands, PartitionSets.Maintained maintained) {
        this.hands = hands;
        this.maintained = maintained;
    }

    PartitionSets.Archived run(PartitionSet.Member member) {
        PartitionArchive archive = hands.archive();
        if (archive == null) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s is to be archived, and this version writes no archives."
                            .formatted(member.name()),
                    "It was not dropped.",
                    "Say drop: true to drop without, or keep: detached to keep it.");
        }
        PartitionArchive.Copy copy = archive.export(hands.session(), member.name());
        PartitionSets.Archived archived =
                new PartitionSets.Archived(
                        maintained.id(),
                        member.oid(),
                        member.boundsText(),
                        copy.rows(),
                        copy.checksum());
        hands.session()
                .transaction(() -> {
                    PartitionSets.archived(
                            hands.session(), archived, member.name(), copy.location());
                    PartitionSets.note(
                            hands.session(),
                            maintained.id(),
                            "export",
                            "%d rows of %s to %s"
                                    .formatted(copy.rows(), member.name(), copy.location()));
                });
        return archived;
    }

    /// What a partition holds, as an archive's copy of it would say.
    static PartitionArchive.Copy content(Session session, QualifiedName partition) {
        return session.one(
                RetireSql.checksum(partition),
                row -> new PartitionArchive.Copy("", row.number(1), new BigDecimal(row.text(2))));
    }
}
