package dev.kalends.fleet;

import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Notes what it is asked to do, and does something to order.
public final class FakeTicker implements Ticker {
    private final List<QualifiedName> tables;
    private final Consumer<QualifiedName> doing;
    private final List<QualifiedName> ticked = new CopyOnWriteArrayList<>();
    private final List<MaintenanceWork> work = new CopyOnWriteArrayList<>();

    public FakeTicker(List<QualifiedName> tables, Consumer<QualifiedName> doing) {
        this.tables = tables;
        this.doing = doing;
    }

    public FakeTicker(List<QualifiedName> tables) {
        this(tables, table -> {});
    }

    /// `public."Table 1"`, …
    public static List<QualifiedName> numbered(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> QualifiedName.of("public", "Table " + number))
                .toList();
    }

    @Override
    public List<QualifiedName> tables() {
        return tables;
    }

    @Override
    public String tick(QualifiedName table, Set<MaintenanceWork> asked) {
        doing.accept(table);
        work.addAll(asked);
        ticked.add(table);
        return "nothing to do";
    }

    /// The tables whose ticks ended, in this order.
    public List<QualifiedName> ticked() {
        return List.copyOf(ticked);
    }

    /// What was asked for, as often as it was.
    public List<MaintenanceWork> work() {
        return List.copyOf(work);
    }
}
