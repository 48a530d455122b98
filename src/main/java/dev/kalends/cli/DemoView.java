package dev.kalends.cli;

import dev.kalends.demo.DemoReport;
import dev.kalends.demo.messaging.QueryTiming;
import dev.kalends.execute.LockRetry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the demonstration measured, as programs read it.
///
/// @param acknowledgedWrites during the conversion and the switch
/// @param acknowledgedWritesJudged of all traffic; each was looked for
/// @param longestClientWaitMillis during the conversion and the switch; 0 means less than 5 ms
/// @param rollback null if there was none
record DemoView(
        boolean successful,
        long rows,
        int partitions,
        String checksumBefore,
        String checksumAfter,
        long acknowledgedWrites,
        long acknowledgedWritesJudged,
        long lost,
        long doubled,
        long different,
        long unexpected,
        long clientErrors,
        long baselineLongestClientWaitMillis,
        long longestClientWaitMillis,
        long switchLongestClientWaitMillis,
        int switchAttempts,
        long lockHeldMillis,
        @Nullable LockView rollback,
        Map<String, Double> seconds,
        List<Query> queries,
        List<String> findings) {

    record LockView(int attempts, long lockHeldMillis) {}

    record Query(String name, Figures before, Figures after) {}

    record Figures(double ms, long buffers) {}

    static DemoView of(DemoReport report) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        report.took().forEach((name, took) -> seconds.put(name, took.toMillis() / 1000.0));
        List<Query> queries = new ArrayList<>();
        for (int i = 0; i < report.before().size(); i++) {
            QueryTiming before = report.before().get(i);
            queries.add(new Query(before.name(), figures(before), figures(report.after().get(i))));
        }
        LockRetry.Outcome back = report.rolledBack();
        return new DemoView(
                report.successful(),
                report.verdict().rows(),
                report.partitions(),
                report.compared().checksum().toPlainString(),
                report.compared().otherChecksum().toPlainString(),
                report.writesDuringConversion(),
                report.verdict().acknowledgedWrites(),
                report.verdict().lost(),
                report.verdict().doubled(),
                report.verdict().different(),
                report.verdict().unexpected(),
                report.clientErrors(),
                report.waits().baseline().toMillis(),
                report.waits().conversion().toMillis(),
                report.waits().switching().toMillis(),
                report.switched().attempts(),
                report.switched().held().toMillis(),
                back == null ? null : new LockView(back.attempts(), back.held().toMillis()),
                seconds,
                queries,
                report.verdict().samples());
    }

    private static Figures figures(QueryTiming timing) {
        return new Figures(Math.round(timing.milliseconds() * 1000) / 1000.0, timing.buffers());
    }
}
