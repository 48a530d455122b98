package dev.kalends.demo;

import dev.kalends.demo.messaging.QueryTiming;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.demo.messaging.Verdict;
import dev.kalends.execute.LockRetry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What the demonstration measured.
///
/// @param took time of each stage and phase, in order
/// @param compared rows and checksums of both tables, in one snapshot before the switch
/// @param writesDuringConversion row writes acknowledged from its begin to the end of the switch
/// @param verdict on every row, after all traffic
/// @param waits longest waits of the clients
/// @param switched how the switch went
/// @param rolledBack null if there was no rollback
public record DemoReport(
        SequencedMap<String, Duration> took,
        int partitions,
        Compared compared,
        long writesDuringConversion,
        Verdict verdict,
        List<TrafficReport.ClientError> errors,
        long connectionFailures,
        Waits waits,
        LockRetry.Outcome switched,
        LockRetry.@Nullable Outcome rolledBack,
        List<QueryTiming> before,
        List<QueryTiming> after) {

    /// Both tables, added up over all partitions.
    public record Compared(
            long rows, long otherRows, BigDecimal checksum, BigDecimal otherChecksum) {
        public boolean equal() {
            return rows == otherRows && checksum.compareTo(otherChecksum) == 0;
        }
    }

    /// The longest wait of any client in three intervals. Zero means less than 5 ms.
    ///
    /// @param baselineInterval how long the clients were watched before the conversion
    /// @param conversionInterval from the begin of the conversion to the end of the switch
    /// @param switching from the first try of the switch to a second after it
    public record Waits(
            Duration baseline,
            Duration baselineInterval,
            Duration conversion,
            Duration conversionInterval,
            Duration switching) {}

    public long clientErrors() {
        return errors.stream().mapToLong(TrafficReport.ClientError::count).sum()
                + connectionFailures;
    }

    /// Whether nothing was lost and no client noticed an error.
    public boolean successful() {
        return verdict.clean() && compared.equal() && clientErrors() == 0;
    }
}
