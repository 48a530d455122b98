package dev.kalends.wire;

import java.util.List;
import java.util.Locale;

/// The settings of a session: what would change how rows are written is taken only as they are
/// written anyway; all others mean nothing here.
final class Parameters {
    private Parameters() {}

    /// What every client is told.
    static final List<List<String>> TOLD =
            List.of(
                    List.of("server_version", "15.0 (Kalends)"),
                    List.of("server_encoding", "UTF8"),
                    List.of("client_encoding", "UTF8"),
                    List.of("DateStyle", "ISO, MDY"),
                    List.of("IntervalStyle", "postgres"),
                    List.of("TimeZone", "UTC"),
                    List.of("integer_datetimes", "on"),
                    List.of("standard_conforming_strings", "on"),
                    List.of("is_superuser", "off"),
                    List.of("default_transaction_read_only", "on"),
                    List.of("in_hot_standby", "off"));

    /// @throws WireException if rows cannot be written so
    static void check(String name, String value) {
        String wanted = value.toLowerCase(Locale.ROOT);
        boolean fits =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "client_encoding" ->
                            List.of("utf8", "utf-8", "unicode", "default").contains(wanted);
                    case "datestyle" -> wanted.startsWith("iso") || wanted.equals("default");
                    case "intervalstyle" -> wanted.equals("postgres") || wanted.equals("default");
                    case "bytea_output" -> wanted.equals("hex") || wanted.equals("default");
                    case "standard_conforming_strings" ->
                            List.of("on", "true", "1", "default").contains(wanted);
                    case "extra_float_digits" ->
                            wanted.matches("[123]") || wanted.equals("default");
                    case "replication" -> List.of("false", "off", "0", "no").contains(wanted);
                    case "default_transaction_read_only", "transaction_read_only" ->
                            List.of("on", "true", "1", "default").contains(wanted);
                    default -> true;
                };
        if (!fits) {
            throw new WireException(
                    WireException.INVALID_PARAMETER,
                    "invalid value for parameter \"%s\": \"%s\"; rows are sent in one form alone"
                            .formatted(name, value));
        }
    }
}
