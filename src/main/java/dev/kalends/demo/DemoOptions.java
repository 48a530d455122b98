package dev.kalends.demo;

/// What the demonstration runs with.
///
/// @param rows messages in the table
/// @param months how many months they span
/// @param clients that read and write meanwhile, 1 to 64
/// @param operationsPerSecond of all clients together
/// @param seed decides the data and what the clients do
/// @param wayBack whether it ends with a rollback
public record DemoOptions(
        long rows, int months, int clients, int operationsPerSecond, long seed, WayBack wayBack) {
    private static final long ROWS_MIN = 1_000;
    private static final int MONTHS_MAX = 240;
    private static final int CLIENTS_MAX = 64;
    private static final int OPERATIONS_PER_SECOND_MAX = 100_000;

    /// Whether the demonstration goes back in the end.
    public enum WayBack {
        STAY,
        ROLL_BACK
    }

    public DemoOptions {
        check("rows", rows, ROWS_MIN, Integer.MAX_VALUE);
        check("months", months, 1, MONTHS_MAX);
        check("clients", clients, 1, CLIENTS_MAX);
        check("rate", operationsPerSecond, 1, OPERATIONS_PER_SECOND_MAX);
    }

    public static DemoOptions standard() {
        return new DemoOptions(1_000_000, 24, 8, 400, 1, WayBack.STAY);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "Cannot use %d as %s: it must be %d to %d".formatted(value, name, min, max));
        }
    }
}
