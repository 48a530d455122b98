package dev.kalends.cli;

import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.TickReport;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.sql.Sql;
import java.util.List;

/// A tick as a program reads it.
///
/// @param at the time it went by, in UTC
/// @param standing ACTIVE, REPLICA or NOTHING_MAINTAINED
record MaintainView(String at, String standing, List<TableView> tables) {
    /// What became of one table; see [SetReport].
    record TableView(
            String table,
            List<StepView> planned,
            List<String> done,
            List<StepView> waiting,
            List<StayView> stays,
            List<String> notes,
            List<FailureView> failures) {}

    /// @param removes whether rows leave the table by it
    record StepView(
            String kind,
            String partition,
            String title,
            boolean removes,
            List<LockView> locks,
            List<String> statements) {}

    /// A lock that clients could notice.
    record LockView(String table, String mode, String meaning) {}

    /// A partition whose time has come and that stays.
    record StayView(String partition, String reason) {}

    /// What went wrong.
    record FailureView(String code, String what) {}

    static MaintainView of(TickReport report) {
        return new MaintainView(
                report.at().toString(),
                report.standing().name(),
                report.tables().stream().map(MaintainView::table).toList());
    }

    private static TableView table(SetReport report) {
        return new TableView(
                report.table().display(),
                report.planned().stream().map(MaintainView::step).toList(),
                report.done(),
                report.waiting().stream().map(MaintainView::step).toList(),
                report.stays().stream()
                        .map(each -> new StayView(each.partition().display(), each.reason()))
                        .toList(),
                report.notes(),
                report.failures().stream()
                        .map(each -> new FailureView(each.code().name(), each.what()))
                        .toList());
    }

    private static StepView step(MaintenanceStep step) {
        return new StepView(
                step.getClass().getSimpleName(),
                step.partition().display(),
                step.title(),
                step.removes(),
                step.locks().stream()
                        .map(lock ->
                                new LockView(lock.table().display(), lock.mode(), lock.meaning()))
                        .toList(),
                step.statements().stream().map(Sql::render).toList());
    }
}
