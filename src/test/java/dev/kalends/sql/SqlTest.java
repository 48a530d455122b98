package dev.kalends.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlTest {
    private static final QualifiedName EVENT = QualifiedName.of("public", "event");

    @Test
    void quotesWhatFillsASlot() {
        Sql sql =
                Sql.text("SELECT {column} FROM {table} WHERE x = {value}")
                        .put("column", Identifier.of("a\"b"))
                        .put("table", QualifiedName.of("Sales", "order"))
                        .put("value", Literal.of("it's"))
                        .build();

        assertThat(sql.render())
                .isEqualTo("SELECT \"a\"\"b\" FROM \"Sales\".\"order\" WHERE x = 'it''s'");
    }

    @Test
    void fillsAllSlotsInOnePass() {
        Sql sql =
                Sql.text("ALTER TABLE {table} ATTACH PARTITION {partition}")
                        .put("table", EVENT.sibling("{partition}"))
                        .put("partition", EVENT.sibling("$1 {table}"))
                        .build();

        assertThat(sql.render())
                .isEqualTo(
                        "ALTER TABLE \"public\".\"{partition}\" ATTACH PARTITION \"public\".\"$1 {table}\"");
    }

    @Test
    void fillsASlotWhereverItStands() {
        Sql sql = Sql.text("{c} = excluded.{c}").put("c", Identifier.of("x")).build();

        assertThat(sql.render()).isEqualTo("\"x\" = excluded.\"x\"");
    }

    @Test
    void refusesAnOpenSlot() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Sql.text("DROP TABLE {table}").build())
                .withMessage("Slot {table} is open in: DROP TABLE {table}");
        assertThatIllegalStateException().isThrownBy(() -> Sql.of("DROP TABLE {table}"));
    }

    @Test
    void refusesAPartWithoutASlot() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Sql.text("SELECT 1").put("table", EVENT).build())
                .withMessage("No slot for [table] in: SELECT 1");
    }

    @Test
    void refusesToFillASlotTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sql.text("{table}").put("table", EVENT).put("table", EVENT))
                .withMessage("Slot {table} is filled twice");
    }

    @Test
    void joinsListsWithTheirSeparator() {
        List<Identifier> names = List.of(Identifier.of("a"), Identifier.of("B"));

        assertThat(SqlList.of(names).render()).isEqualTo("\"a\", \"B\"");
        assertThat(SqlList.and(names).render()).isEqualTo("\"a\" AND \"B\"");
        assertThat(SqlList.statements(names).render()).isEqualTo("\"a\";\n\"B\"");
    }

    @Test
    void leavesWhatTheServerRenderedAsItStands() {
        Sql sql =
                Sql.text("CREATE INDEX i ON t USING {definition}")
                        .put("definition", ServerText.of("btree (\"{x}\")"))
                        .build();

        assertThat(sql.render()).isEqualTo("CREATE INDEX i ON t USING btree (\"{x}\")");
    }
}
