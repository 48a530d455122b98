package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// How far the time in an id and the timestamp beside it disagree.
final class Agreement {
    private static final Duration CLOSE = Duration.ofDays(1);

    private Agreement() {}

    /// Null if the key is no id, or there is nothing to compare it with.
    static @Nullable Finding finding(Known known, TableConfig wish) {
        Column made = known.made();
        Column key = known.table().column(wish.partition().key());
        KeyCodec codec = key == null ? null : known.codec(key);
        KeyType type = made == null ? null : KeyType.ofTypeName(made.type());
        if (!(wish.partition() instanceof PartitionConfig.ByTime)
                || made == null
                || key == null
                || type == null
                || codec == null
                || codec instanceof KeyType) {
            return null;
        }
        Duration most = Duration.ZERO;
        int compared = 0;
        for (Sample.Pair pair : known.sample().pairs(key.name(), made.name())) {
            LocalDateTime inId = Known.time(codec, pair.first());
            LocalDateTime beside = Known.time(type, pair.second());
            if (inId != null && beside != null) {
                Duration difference = Duration.between(inId, beside).abs();
                most = difference.compareTo(most) > 0 ? difference : most;
                compared++;
            }
        }
        if (compared == 0) {
            return null;
        }
        String text =
                "In %d sampled rows the time in %s and %s differ by at most %s."
                        .formatted(compared, key.name(), made.name(), Durations.display(most));
        return most.compareTo(CLOSE) <= 0
                ? Finding.note(
                        "key",
                        text,
                        "timeCheck: {column: %s} lets queries by date prune too; plan compares all rows first."
                                .formatted(made.name().value()))
                : Finding.note(
                        "key",
                        text
                                + " A partition holds what its ids say, not what "
                                + made.name()
                                + " says.",
                        "Do without timeCheck.");
    }
}
