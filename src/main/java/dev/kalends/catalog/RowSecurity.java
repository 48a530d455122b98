package dev.kalends.catalog;

/// Whether policies filter the table's rows.
public record RowSecurity(State state, Force force) {
    public static final RowSecurity OFF = new RowSecurity(State.DISABLED, Force.OWNER_EXEMPT);

    /// Whether policies hold at all.
    public enum State {
        DISABLED,
        ENABLED
    }

    /// Whether policies hold for the table's owner too.
    public enum Force {
        OWNER_EXEMPT,
        /// They do, and the session's role is exempt from all policies.
        FORCED,
        /// They do, and they would hide rows from the session's role.
        FORCED_ON_SESSION
    }
}
