package dev.kalends.fleet;

import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.Set;

/// What a schedule sets going.
public interface Ticker {
    /// The tables under maintenance now.
    List<QualifiedName> tables();

    /// Does what is due for one table; idempotent, and safe on any number of nodes at once.
    ///
    /// @return one line for the log: what was done, what waits, what failed
    String tick(QualifiedName table, Set<MaintenanceWork> work);
}
