package dev.kalends.maintain;

import dev.kalends.catalog.ServerFacts;
import dev.kalends.config.Config;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One tick over all tables under maintenance: idempotent, by the clock, safe at any time and on
/// any number of nodes.
///
/// Making partitions comes first, for all tables; what removes rows comes after it, children before
/// what they refer to. One table's trouble is never another's: a table whose locks are not free is
/// tried again after the others, a failure is reported and the rest goes on.
public final class Tick {
    private final Hands hands;
    private final Config config;
    private final Turns turns;

    /// The right to work on one table, so that one process at a time does.
    @FunctionalInterface
    public interface Turns {
        /// @return closed when the work is done; null while somebody else works on the table
        @Nullable AutoCloseable take(QualifiedName table);
    }

    /// Whether somebody says yes to what removes rows for the first time.
    public enum Consent {
        GIVEN,
        NOT_GIVEN
    }

    public Tick(Hands hands, Config config, Turns turns) {
        this.hands = hands;
        this.config = config;
        this.turns = turns;
    }

    /// What a tick would do now; changes nothing.
    ///
    /// @param tables empty for all
    public TickReport plan(List<QualifiedName> tables, Set<MaintenanceWork> work) {
        return new Planning(tables, work).report();
    }

    /// Does what is due.
    ///
    /// @param tables empty for all
    public TickReport run(List<QualifiedName> tables, Set<MaintenanceWork> work, Consent consent) {
        Planning planning = new Planning(tables, work);
        if (planning.standing() != TickReport.Standing.ACTIVE) {
            return planning.report();
        }
        Map<QualifiedName, SetWork.Log> logs = new LinkedHashMap<>();
        planning.scene
                .parentsFirst()
                .forEach(each -> {
                    if (planning.wanted(each.table())) {
                        logs.put(each.table(), new SetWork.Log());
                    }
                });
        for (MaintenanceWork kind : EnumSet.copyOf(work)) {
            List<PartitionSets.Maintained> order = planning.order(kind);
            pass(order, kind, consent, planning, logs);
        }
        return new TickReport(
                hands.clock().instant(),
                TickReport.Standing.ACTIVE,
                logs.entrySet().stream()
                        .map(each -> each.getValue().report(each.getKey()))
                        .toList());
    }

    private void pass(
            List<PartitionSets.Maintained> order,
            MaintenanceWork kind,
            Consent consent,
            Planning planning,
            Map<QualifiedName, SetWork.Log> logs) {
        Deque<PartitionSets.Maintained> waiting = new ArrayDeque<>(order);
        Map<QualifiedName, Integer> tries = new LinkedHashMap<>();
        int sinceProgress = 0;
        while (!waiting.isEmpty()) {
            checkStop();
            if (sinceProgress >= waiting.size()) {
                // All that is left waits for locks.
                hands.stop().await(jittered());
                sinceProgress = 0;
            }
            PartitionSets.Maintained next = waiting.removeFirst();
            SetWork.Log log = logs.get(next.table());
            if (log == null) {
                continue;
            }
            int number = tries.merge(next.table(), 1, Integer::sum);
            boolean last = number >= hands.locks().attempts();
            if (attempt(next, kind, consent, planning, log, last)) {
                sinceProgress = 0;
            } else if (!last) {
                waiting.addLast(next);
                sinceProgress++;
            }
        }
    }

    /// @return false if locks were not free, so that it is to be tried again
    // The last try tells what the ones before kept to themselves.
    @SuppressWarnings("BooleanParameter")
    private boolean attempt(
            PartitionSets.Maintained maintained,
            MaintenanceWork kind,
            Consent consent,
            Planning planning,
            SetWork.Log log,
            boolean last) {
        QualifiedName table = maintained.table();
        try {
            SetPlan first = planning.plan(planning.sceneOf(table), table, EnumSet.of(kind));
            log.plan(first);
            if (first.steps().isEmpty()) {
                return true;
            }
            try (AutoCloseable turn = turns.take(table)) {
                if (turn == null) {
                    log.held("Another process works on it; it does what is due.");
                    return true;
                }
                // What was planned before the turn came may be done by now.
                Scene fresh = Scene.read(hands.session(), planning.scene.related(table));
                SetPlan plan = planning.plan(fresh, table, EnumSet.of(kind));
                log.plan(plan);
                planning.changed.add(table);
                return new SetWork(hands, fresh, planning.prober, plan, consent).run(log, last);
            }
        } catch (PgException e) {
            if (e.connectionLost()) {
                throw e;
            }
            if (e.lockNotAvailable() && !last) {
                return false;
            }
            if (e.lockNotAvailable()) {
                log.failed(
                        FailureCode.LOCK_NOT_AVAILABLE,
                        "Cannot look at %s: somebody holds a lock on it that keeps even readers out."
                                .formatted(table));
            } else {
                log.failed(FailureCode.STATEMENT_FAILED, String.valueOf(e.getMessage()));
            }
        } catch (KalendsException e) {
            if (e.code() == FailureCode.STOPPED) {
                throw e;
            }
            log.failed(e.code(), e.what() + " " + e.state() + " " + e.next());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    private void checkStop() {
        if (hands.stop().requested()) {
            throw new KalendsException(
                    FailureCode.STOPPED,
                    "Stopped as requested.",
                    "Everything done so far is kept; the tables are as they should be at this point.",
                    "Run the same command again to go on.");
        }
    }

    private Duration jittered() {
        long pause = hands.locks().retryPause().toMillis();
        return Duration.ofMillis(pause / 2 + ThreadLocalRandom.current().nextLong(pause + 1));
    }

    /// What is there, read once for all tables.
    private final class Planning {
        private final Set<QualifiedName> tables;
        private final Set<MaintenanceWork> work;
        private final boolean replica;
        private final Scene scene;
        private final Prober prober;
        private final Set<Long> leaving = new HashSet<>();
        private final Set<QualifiedName> changed = new HashSet<>();

        Planning(List<QualifiedName> tables, Set<MaintenanceWork> work) {
            this.tables = Set.copyOf(tables);
            this.work = work;
            ServerFacts server = new CatalogReader(hands.session()).server();
            this.replica = server.writability() == ServerFacts.Writability.REPLICA;
            this.prober = new Prober(hands.session(), server.blockBytes());
            this.scene = replica ? NOTHING : Scene.read(hands.session(), Set.of());
        }

        TickReport.Standing standing() {
            if (replica) {
                return TickReport.Standing.REPLICA;
            }
            return scene.maintained().isEmpty()
                    ? TickReport.Standing.NOTHING_MAINTAINED
                    : TickReport.Standing.ACTIVE;
        }

        /// What was read at the beginning, or read again where this tick has changed something
        /// since.
        Scene sceneOf(QualifiedName table) {
            Set<QualifiedName> related = scene.related(table);
            return related.stream().anyMatch(changed::contains)
                    ? Scene.read(hands.session(), related)
                    : scene;
        }

        boolean wanted(QualifiedName table) {
            return tables.isEmpty() || tables.contains(table);
        }

        /// Partitions are made for parents first, and leave children first.
        List<PartitionSets.Maintained> order(MaintenanceWork kind) {
            List<PartitionSets.Maintained> order =
                    scene.parentsFirst().stream().filter(each -> wanted(each.table())).toList();
            return kind == MaintenanceWork.CREATE ? order : order.reversed();
        }

        SetPlan plan(Scene at, QualifiedName table, Set<MaintenanceWork> kinds) {
            PartitionSets.Maintained maintained = at.maintained(table);
            if (maintained == null) {
                throw new KalendsException(
                        FailureCode.REFUSED,
                        table + " is not under maintenance any more.",
                        "Nothing was done to this table.",
                        "Take it over with kalends adopt if it should be.");
            }
            TableConfig wish = config.table(table);
            LifecycleSteps lifecycle =
                    new LifecycleSteps(
                            prober,
                            hands.archive() == null
                                    ? LifecycleSteps.Archiving.NOT_POSSIBLE
                                    : LifecycleSteps.Archiving.POSSIBLE);
            return new SetPlanner(at, prober, hands.clock().instant(), lifecycle)
                    .plan(maintained, wish, kinds, leaving);
        }

        TickReport report() {
            if (standing() != TickReport.Standing.ACTIVE) {
                return new TickReport(hands.clock().instant(), standing(), List.of());
            }
            Map<QualifiedName, SetWork.Log> logs = new LinkedHashMap<>();
            Map<QualifiedName, List<MaintenanceStep>> steps = new LinkedHashMap<>();
            for (MaintenanceWork kind : EnumSet.copyOf(work)) {
                for (PartitionSets.Maintained each : order(kind)) {
                    SetWork.Log log = logs.computeIfAbsent(each.table(), _ -> new SetWork.Log());
                    try {
                        SetPlan plan = plan(scene, each.table(), EnumSet.of(kind));
                        log.plan(plan);
                        for (MaintenanceStep step : plan.steps()) {
                            steps.computeIfAbsent(each.table(), _ -> new ArrayList<>()).add(step);
                            if (step instanceof MaintenanceStep.Retire retire) {
                                leaving.add(retire.partitionOid());
                            }
                        }
                    } catch (KalendsException e) {
                        log.failed(e.code(), e.what() + " " + e.state() + " " + e.next());
                    }
                }
            }
            return new TickReport(
                    hands.clock().instant(),
                    TickReport.Standing.ACTIVE,
                    scene.parentsFirst().stream()
                            .filter(each -> logs.containsKey(each.table()))
                            .map(each ->
                                    logs.getOrDefault(each.table(), new SetWork.Log())
                                            .planned(
                                                    each.table(),
                                                    steps.getOrDefault(each.table(), List.of())))
                            .toList());
        }
    }

    private static final Scene NOTHING =
            new Scene(List.of(), Map.of(), List.of(), List.of(), Map.of(), List.of(), Set.of());
}
