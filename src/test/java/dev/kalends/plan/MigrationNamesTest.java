package dev.kalends.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.sql.QualifiedName;
import org.junit.jupiter.api.Test;

class MigrationNamesTest {
    @Test
    void followsFromTheOidAndKeepsTheTablesName() {
        MigrationNames names = new MigrationNames(4711, QualifiedName.of("audit", "Event"));

        assertThat(names.twin()).isEqualTo(QualifiedName.of("kalends_twin_4711", "Event"));
        assertThat(names.old()).isEqualTo(QualifiedName.of("kalends_old_4711", "Event"));
        assertThat(names.captureLog()).isEqualTo(QualifiedName.of("kalends", "capture_4711"));
        assertThat(names.reverseLog()).isEqualTo(QualifiedName.of("kalends", "reverse_4711"));
        assertThat(names.conflicts()).isEqualTo(QualifiedName.of("kalends", "conflict_4711"));
    }

    @Test
    void fitsTheGreatestOid() {
        MigrationNames names =
                new MigrationNames(4_294_967_295L, QualifiedName.of("public", "a".repeat(63)));

        assertThat(names.twin().name().value()).hasSize(63);
        assertThat(names.twinSchema().value()).isEqualTo("kalends_twin_4294967295");
    }
}
