package dev.kalends.carry;

import dev.kalends.catalog.Carried;
import dev.kalends.catalog.DependentView;
import dev.kalends.catalog.ViewRule;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Views that read the table. Their text names it, and is bound again to whichever table has the
/// name: that keeps the view itself, with its grants, comments and whatever depends on it.
final class Views implements Family {
    private static final String CREATE_RULE = "CREATE RULE ";

    private final Carried carried;

    Views(MigrationSpec spec) {
        this.carried = spec.source().carried();
    }

    /// Clients lock a view before its table, and so must the switch. The owner stays who it is; of
    /// all statements that take the lock this one changes nothing.
    @Override
    public List<Sql> lock() {
        return locked().entrySet().stream()
                .map(view ->
                        Sql.text("ALTER VIEW {view} OWNER TO {owner}")
                                .put("view", view.getKey())
                                .put("owner", view.getValue())
                                .build())
                .toList();
    }

    @Override
    public List<QualifiedName> lockedViews() {
        return List.copyOf(locked().keySet());
    }

    private Map<QualifiedName, Identifier> locked() {
        Map<QualifiedName, Identifier> owners = new LinkedHashMap<>();
        carried.views().forEach(view -> owners.put(view.name(), view.owner()));
        carried.viewRules().forEach(rule -> owners.put(rule.view(), rule.owner()));
        return owners;
    }

    @Override
    public List<Sql> afterSwap() {
        List<Sql> statements = new ArrayList<>();
        carried.views().forEach(view -> statements.add(replace(view)));
        carried.viewRules().forEach(rule -> statements.add(replace(rule)));
        return statements;
    }

    @Override
    public List<Sql> afterSwapBack() {
        return afterSwap();
    }

    private static Sql replace(DependentView view) {
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(Sql.text("CREATE OR REPLACE VIEW {view}").put("view", view.name()).build());
        if (!view.options().isEmpty()) {
            clauses.add(
                    Sql.text("WITH ({options})")
                            .put("options", StorageOptions.of(view.options()))
                            .build());
        }
        clauses.add(
                Sql.text("AS {definition}")
                        .put("definition", ServerText.of(view.definition()))
                        .build());
        return Sql.text("{clauses}").put("clauses", SqlList.words(clauses)).build();
    }

    private static Sql replace(ViewRule rule) {
        if (!rule.definition().startsWith(CREATE_RULE)) {
            throw new IllegalStateException(
                    "The server describes rule " + rule.name() + " in an unknown form");
        }
        return Sql.text("CREATE OR REPLACE RULE {rest}")
                .put("rest", ServerText.of(rule.definition().substring(CREATE_RULE.length())))
                .build();
    }
}
