package dev.kalends.catalog;

import java.util.List;

/// What the session's role may not do, of what a conversion needs.
///
/// @param missing one sentence per missing right, with the GRANT that gives it; empty when all is
///   there
public record RoleFacts(List<String> missing) {
    public RoleFacts {
        missing = List.copyOf(missing);
    }
}
