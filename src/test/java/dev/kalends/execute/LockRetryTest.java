package dev.kalends.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.junit.jupiter.api.Test;

class LockRetryTest {
    @Test
    void takesAllLocksInOneStatement() {
        String sql =
                LockRetry.lockAll(
                                List.of(
                                        new LockRetry.Wanted(
                                                QualifiedName.of("public", "we'ird"),
                                                LockRetry.Mode.ACCESS_EXCLUSIVE),
                                        new LockRetry.Wanted(
                                                QualifiedName.of("public", "Member"),
                                                LockRetry.Mode.SHARE_ROW_EXCLUSIVE)))
                        .render();

        assertThat(sql)
                .isEqualTo(
                        """
                        DO 'BEGIN
                        LOCK TABLE "public"."we''ird" IN ACCESS EXCLUSIVE MODE;
                        LOCK TABLE "public"."Member" IN SHARE ROW EXCLUSIVE MODE;
                        END'\
                        """);
    }
}
