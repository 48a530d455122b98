package dev.kalends.carry;

import dev.kalends.catalog.Policy;
import dev.kalends.catalog.RowSecurity;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// Row level security, made in the switch: a policy may name the table itself.
///
/// It holds for whoever asks the partitioned table; the partitions are nobody's but the owner's.
final class Policies implements Family {
    private final MigrationSpec spec;

    Policies(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> afterSwap() {
        List<Sql> statements = new ArrayList<>();
        for (Policy policy : spec.source().carried().policies()) {
            statements.add(create(policy));
            if (policy.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON POLICY {policy} ON {table} IS {comment}")
                                .put("policy", policy.name())
                                .put("table", spec.table())
                                .put("comment", Literal.of(policy.comment()))
                                .build());
            }
        }
        RowSecurity security = spec.source().carried().rowSecurity();
        if (security.state() == RowSecurity.State.ENABLED) {
            statements.add(
                    Sql.text("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                            .put("table", spec.table())
                            .build());
        }
        if (security.force() != RowSecurity.Force.OWNER_EXEMPT) {
            statements.add(
                    Sql.text("ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
                            .put("table", spec.table())
                            .build());
        }
        return statements;
    }

    private Sql create(Policy policy) {
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(
                Sql.text("CREATE POLICY {policy} ON {table} AS {kind} FOR {command} TO {roles}")
                        .put("policy", policy.name())
                        .put("table", spec.table())
                        .put("kind", ServerText.of(policy.kind()))
                        .put("command", ServerText.of(policy.command()))
                        .put(
                                "roles",
                                SqlList.of(policy.roles().stream().map(ServerText::of).toList()))
                        .build());
        if (policy.using() != null) {
            clauses.add(
                    Sql.text("USING ({condition})")
                            .put("condition", ServerText.of(policy.using()))
                            .build());
        }
        if (policy.check() != null) {
            clauses.add(
                    Sql.text("WITH CHECK ({condition})")
                            .put("condition", ServerText.of(policy.check()))
                            .build());
        }
        return Sql.text("{clauses}").put("clauses", SqlList.words(clauses)).build();
    }
}
