package dev.kalends.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What arrived has another checksum than what was sent.
final class DamagedInTransit extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedInTransit() {
        super("It has another checksum than it was written with");
    }

    /// The SDK has no type for what it finds itself.
    static boolean isCauseOf(Throwable thrown) {
        for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (each instanceof DamagedInTransit
                    || (message != null && message.contains("different checksum"))) {
                return true;
            }
        }
        return false;
    }
}
