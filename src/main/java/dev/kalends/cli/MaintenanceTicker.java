package dev.kalends.cli;

import dev.kalends.app.Maintenance;
import dev.kalends.fleet.Ticker;
import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The ticks of a daemon, told in one line each. It never says yes for anybody: what removes rows
/// for the first time waits for `kalends maintain --yes`.
final class MaintenanceTicker implements Ticker {
    private final Maintenance maintenance;

    MaintenanceTicker(Maintenance maintenance) {
        this.maintenance = maintenance;
    }

    @Override
    public List<QualifiedName> tables() {
        return maintenance.tables();
    }

    @Override
    public String tick(QualifiedName table, Set<MaintenanceWork> work) {
        TickReport report = maintenance.run(List.of(table), work, Tick.Consent.NOT_GIVEN);
        List<String> told = new ArrayList<>();
        if (report.standing() == TickReport.Standing.REPLICA) {
            told.add("this server is a replica");
        }
        for (SetReport each : report.tables()) {
            told.addAll(each.done());
            each.stays().forEach(stay -> told.add(stay.partition() + " stays: " + stay.reason()));
            told.addAll(each.notes());
            each.waiting().forEach(step -> told.add("waits for a yes: " + step.title()));
            each.failures().forEach(failure -> told.add(failure.code() + ": " + failure.what()));
        }
        return told.isEmpty() ? "nothing is due" : String.join(" | ", told);
    }
}
