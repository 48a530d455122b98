package dev.kalends.analyze;

import java.util.List;
import java.util.Locale;

/// Whether a table can be converted as things are.
public enum Verdict {
    /// The table is better left as it is; nothing has to be done.
    NOT_NEEDED,
    READY,
    /// It can be converted, and something will be different for the application, or has to be
    /// looked after first.
    READY_WITH_CHANGES,
    REFUSED;

    static Verdict of(List<Finding> findings) {
        Verdict worst = READY;
        for (Finding finding : findings) {
            Verdict each =
                    switch (finding.weight()) {
                        case NOTE -> READY;
                        case CHANGE -> READY_WITH_CHANGES;
                        case REFUSAL -> REFUSED;
                    };
            worst = each.compareTo(worst) > 0 ? each : worst;
        }
        return worst;
    }

    /// "ready with changes"
    public String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
