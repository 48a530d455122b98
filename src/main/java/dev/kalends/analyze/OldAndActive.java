package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.config.Age;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import java.time.LocalDateTime;
import java.time.Period;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Rows that were made long ago and are still in use: they hold their partition back when old ones
/// shall go.
final class OldAndActive {
    private static final Period OLD = Period.ofMonths(12);
    private static final Period ACTIVE = Period.ofDays(90);

    private OldAndActive() {}

    /// Null if the table has no column that tells, or no such row was seen.
    static @Nullable Finding finding(Known known, TableConfig wish, LocalDateTime now) {
        Column active = known.active();
        Column key = known.table().column(wish.partition().key());
        if (active == null
                || key == null
                || !(wish.partition() instanceof PartitionConfig.ByTime times)) {
            return null;
        }
        KeyCodec keyCodec = known.codec(key);
        KeyCodec activeCodec = KeyType.ofTypeName(active.type());
        if (keyCodec == null || activeCodec == null) {
            return null;
        }
        Age configured = age(wish.lifecycle());
        Period age = configured == null ? OLD : configured.period();
        int old = 0;
        int blocking = 0;
        Set<LocalDateTime> parts = new TreeSet<>();
        Set<LocalDateTime> blocked = new TreeSet<>();
        for (Sample.Pair pair : known.sample().pairs(key.name(), active.name())) {
            LocalDateTime made = Known.time(keyCodec, pair.first());
            LocalDateTime used = Known.time(activeCodec, pair.second());
            if (made == null || used == null || made.isAfter(now.minus(age))) {
                continue;
            }
            old++;
            parts.add(times.every().floor(made));
            if (used.isAfter(now.minus(ACTIVE))) {
                blocking++;
                blocked.add(times.every().floor(made));
            }
        }
        if (blocking == 0) {
            return null;
        }
        String text =
                "%d of %d sampled rows older than %s were in use in the last 90 days (%s); they lie in %d of %d %ss, which could not be archived by age."
                        .formatted(
                                blocking,
                                old,
                                configured == null ? "12 months" : configured.display(),
                                active.name(),
                                blocked.size(),
                                parts.size(),
                                times.every().word());
        String remedy =
                2 * blocked.size() >= parts.size()
                        ? "Most of them are held back: partition by a hash of what is looked up, or not at all, if rows shall go by age."
                        : "lifecycle.keep says which rows hold their partition.";
        return configured == null
                ? Finding.note("activity", text, remedy)
                : Finding.change("activity", text, remedy);
    }

    private static @Nullable Age age(LifecycleConfig lifecycle) {
        return lifecycle.archiveAfter() == null ? lifecycle.retain() : lifecycle.archiveAfter();
    }
}
