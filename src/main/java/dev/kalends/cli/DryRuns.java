package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Step;
import java.util.Arrays;
import java.util.List;

/// What a command would do with a migration under way.
final class DryRuns {
    private DryRuns() {}

    /// @throws KalendsException WRONG_PHASE, as the command itself would
    static void require(MigrationStatus status, String verb, Phase... allowed) {
        Phase phase = status.migration().phase();
        if (!Arrays.asList(allowed).contains(phase)) {
            throw new KalendsException(
                    FailureCode.WRONG_PHASE,
                    "The migration of %s is in phase %s and cannot be %s now."
                            .formatted(status.migration().spec().table(), phase, verb),
                    Call.UNCHANGED,
                    NextStep.after(status) + " comes next.");
        }
    }

    static void show(Call call, MigrationStatus status, List<Class<? extends Step>> kinds) {
        List<Step> steps = PlanView.stepsOf(status.migration().spec(), kinds);
        if (call.json()) {
            call.print(
                    new SwitchCommand.DryRun(
                            status.migration().spec().table().display(),
                            status.migration().phase().name(),
                            status.waiting(),
                            PlanView.steps(steps)));
            return;
        }
        Screen screen = call.screen();
        screen.line(
                "%s is in phase %s; %s captured writes wait. Would run:"
                        .formatted(
                                status.migration().spec().table(),
                                status.migration().phase(),
                                Screen.count(status.waiting())));
        screen.blank();
        new PlanText(screen, PlanText.Statements.FIRST).steps(steps);
        screen.line("Nothing was changed.");
    }
}
