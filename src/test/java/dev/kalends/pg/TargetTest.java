package dev.kalends.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @Test
    void takesThePasswordFromTheAddressAndNeverPrintsIt() {
        Target target = Target.parse("postgresql://app:s%40cret+1@db:5433/sales", "other");

        assertThat(target.properties())
                .containsEntry("user", "app")
                .containsEntry("password", "s@cret+1");
        assertThat(target).hasToString("postgresql://app@db:5433/sales");
        assertThat(target.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/sales");
    }

    @Test
    void takesThePasswordFromTheEnvironmentWhereTheAddressHasNone() {
        Target target = Target.parse("postgresql://app@db/sales", "s3cret");

        assertThat(target.properties()).containsEntry("password", "s3cret");
        assertThat(target).hasToString("postgresql://app@db:5432/sales");
        assertThat(Target.parse("postgresql://app@db/sales", "").properties())
                .doesNotContainKey("password");
    }

    @Test
    void takesOptionsWithoutPrintingThem() {
        Target target =
                Target.parse("jdbc:postgresql://db/sales?user=app&password=s3cret&ssl=true", "");

        assertThat(target.properties())
                .containsEntry("user", "app")
                .containsEntry("password", "s3cret")
                .containsEntry("ssl", "true");
        assertThat(target.toString() + target.jdbcUrl()).doesNotContain("s3cret");
    }

    @Test
    void keepsThePasswordOutOfWhatAPoolSays() {
        Target target = Target.parse("postgresql://app:s3cret@127.0.0.1:1/sales", "");

        assertThatException()
                .isThrownBy(() -> target.pool("test", 1))
                .satisfies(failure -> {
                    for (Throwable each = failure; each != null; each = each.getCause()) {
                        assertThat(each.toString()).doesNotContain("s3cret");
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://app:s3cret@db/sales",
                "postgresql://app:s3cret@db",
                "postgresql://app:s3cret@db/",
                "postgresql:///sales?password=s3cret",
                "postgresql://app:s3cret @db/sales",
                "sales"
            })
    void refusesOtherAddressesWithoutPrintingThePassword(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Target.parse(address, ""))
                .withMessageStartingWith("Cannot read the database address")
                .withMessageEndingWith(
                        "; expected postgresql://user@host:5432/database (password: PGPASSWORD or ~/.pgpass)")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("s3cret");
    }
}
