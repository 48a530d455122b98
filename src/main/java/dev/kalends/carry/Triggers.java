package dev.kalends.carry;

import dev.kalends.catalog.Trigger;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Triggers. The partitioned table gets them in the switch, when their definitions name it; on the
/// old table they are disabled while it waits, or the replay back would fire them a second time.
final class Triggers implements Family {
    private final MigrationSpec spec;

    Triggers(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> beforeSwap() {
        return spec.source().carried().triggers().stream()
                .filter(trigger -> trigger.firing() != Trigger.Firing.DISABLED)
                .map(trigger -> fire(spec.table(), trigger, Trigger.Firing.DISABLED))
                .toList();
    }

    @Override
    public List<Sql> afterSwap() {
        List<Sql> statements = new ArrayList<>();
        for (Trigger trigger : spec.source().carried().triggers()) {
            statements.add(
                    Sql.text("{definition}")
                            .put("definition", ServerText.of(trigger.definition()))
                            .build());
            if (trigger.firing() != Trigger.Firing.ORIGIN) {
                statements.add(fire(spec.table(), trigger, trigger.firing()));
            }
            if (trigger.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON TRIGGER {trigger} ON {table} IS {comment}")
                                .put("trigger", trigger.name())
                                .put("table", spec.table())
                                .put("comment", Literal.of(trigger.comment()))
                                .build());
            }
        }
        return statements;
    }

    @Override
    public List<Sql> afterSwapBack() {
        return spec.source().carried().triggers().stream()
                .filter(trigger -> trigger.firing() != Trigger.Firing.DISABLED)
                .map(trigger -> fire(spec.table(), trigger, trigger.firing()))
                .toList();
    }

    private static Sql fire(QualifiedName table, Trigger trigger, Trigger.Firing firing) {
        Sql when =
                switch (firing) {
                    case ORIGIN -> Sql.of("ENABLE");
                    case REPLICA -> Sql.of("ENABLE REPLICA");
                    case ALWAYS -> Sql.of("ENABLE ALWAYS");
                    case DISABLED -> Sql.of("DISABLE");
                };
        return Sql.text("ALTER TABLE {table} {when} TRIGGER {trigger}")
                .put("table", table)
                .put("when", when)
                .put("trigger", trigger.name())
                .build();
    }
}
