package dev.kalends.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what is tried after a switch.
final class SmokeReader {
    private SmokeReader() {}

    static List<SmokeConfig> read(List<MappingReader> readers) {
        List<SmokeConfig> all = new ArrayList<>();
        for (MappingReader in : readers) {
            SmokeConfig read = read(in);
            if (read != null) {
                all.add(read);
            }
        }
        return all;
    }

    private static @Nullable SmokeConfig read(MappingReader in) {
        String sql = in.optional("sql", Scalar.SQL);
        String command = in.optional("command", Scalar.WORD);
        Duration within = in.limited("within", Scalar.DURATION, SmokeConfig.WITHIN);
        Long atLeast = in.optional("atLeast", Scalar.SIZE_IN_NUMBERS);
        String equalTo = in.optional("equals", Scalar.PLAIN);
        if (in.has("sql") == in.has("command")) {
            in.report("must have either sql or command");
            return null;
        }
        if (in.has("command")) {
            for (String each : List.of("atLeast", "equals")) {
                if (in.has(each)) {
                    in.report(each, "belongs to sql; a command must end with 0");
                }
            }
            return command == null ? null : new SmokeConfig.Command(command, within);
        }
        if (atLeast != null && equalTo != null) {
            in.report("equals", "contradicts atLeast; say one of them");
        }
        return sql == null ? null : new SmokeConfig.Query(sql, within, atLeast, equalTo);
    }
}
