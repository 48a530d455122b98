package dev.kalends.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

class LeaseIT {
    private static final QualifiedName TABLE = QualifiedName.of("public", "events");

    @OldestAndNewest
    void isFreeAsSoonAsItsHolderClosedIt(TestDatabase database) {
        Target target = Target.parse(database.url(), "");
        try (Session session = Session.open(target, "look")) {
            for (int i = 0; i < 100; i++) {
                Lease.take(target, List.of(TABLE)).close();
                assertThat(Lease.holder(session, TABLE)).isEmpty();
            }
        }
    }

    @OldestAndNewest
    void isHeldByOneAndNamesItsHolder(TestDatabase database) {
        Target target = Target.parse(database.url(), "");
        try (Session session = Session.open(target, "look");
                Lease _ = Lease.take(target, List.of(TABLE))) {
            String pid =
                    database.value(
                            "SELECT pid FROM pg_stat_activity WHERE application_name = 'kalends lease' AND datname = current_database()");

            KalendsException refusal =
                    catchThrowableOfType(
                            KalendsException.class, () -> Lease.take(target, List.of(TABLE)));

            assertThat(refusal.code()).isEqualTo(FailureCode.HELD_BY_ANOTHER);
            assertThat(refusal.what()).contains("pid " + pid);
            assertThat(Lease.holder(session, TABLE)).contains("pid " + pid);
        }
    }
}
