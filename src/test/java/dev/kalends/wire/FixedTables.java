package dev.kalends.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Tables whose rows follow from their numbers: `few` has ten rows, `many` a million, `endless`
/// goes on for ever, `broken` fails at its third row.
final class FixedTables implements Tables {
    static final String USER = "reader";
    static final String PASSWORD = "not so secret";

    final AtomicInteger open = new AtomicInteger();

    static WireSettings settings(int connections, @Nullable SSLContext tls) {
        return settings(connections, tls, WireSettings.Limits.defaults());
    }

    static WireSettings settings(
            int connections, @Nullable SSLContext tls, WireSettings.Limits limits) {
        return new WireSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                USER,
                PASSWORD,
                tls,
                connections,
                limits);
    }

    /// That ends what does not speak within half a second.
    static WireSettings.Limits impatient() {
        return new WireSettings.Limits(
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                1 << 16,
                10);
    }

    static String url(WireServer server) {
        return "jdbc:postgresql://127.0.0.1:%d/archive".formatted(server.address().getPort());
    }

    @Override
    public @Nullable Table find(String schema, String name) {
        if (!schema.equals("archive")) {
            return null;
        }
        return switch (name) {
            case "few" -> new Numbered(10);
            case "many" -> new Numbered(1_000_000);
            case "endless" -> new Numbered(Long.MAX_VALUE);
            case "broken" -> new Numbered(-3);
            default -> null;
        };
    }

    private final class Numbered implements Table {
        private final long count;

        Numbered(long count) {
            this.count = count;
        }

        @Override
        public List<String> columns() {
            return List.of("id", "t", "Weird \"Näme\"");
        }

        @Override
        public long rows() {
            return Math.min(count, 1_000_000);
        }

        @Override
        public int rowBytes() {
            return 20;
        }

        @Override
        public Rows read(List<String> columns) {
            open.incrementAndGet();
            return new Counting(columns, count);
        }
    }

    private final class Counting implements Rows {
        private final List<String> columns;
        private final long count;
        private long row;

        Counting(List<String> columns, long count) {
            this.columns = columns;
            this.count = count;
        }

        @Override
        public boolean next() {
            row++;
            if (count < 0 && row == -count) {
                throw new IllegalStateException("broken on purpose");
            }
            return count < 0 || row <= count;
        }

        @Override
        public @Nullable ByteBuffer field(int column) {
            String text =
                    switch (columns.get(column)) {
                        case "id" -> Long.toString(row);
                        case "t" -> row % 3 == 0 ? null : "row\t%d 'ü'\\".formatted(row);
                        default -> "";
                    };
            return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }
}
