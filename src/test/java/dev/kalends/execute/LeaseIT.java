package dev.kalends.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class LeaseIT {
    private static final QualifiedName EVENT = QualifiedName.of("public", "event");

    @Test
    void isFreeAsSoonAsItIsClosed() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            Target target = Target.parse(database.url(), "");
            try (Session session = Session.open(target, "look")) {
                for (int i = 0; i < 200; i++) {
                    Lease.take(target, EVENT).close();
                    assertThat(Lease.holder(session, EVENT)).isEmpty();
                }
            }
        }
    }
}
