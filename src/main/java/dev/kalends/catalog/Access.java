package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;

/// Who owns an object and who may use it.
///
/// @param grants empty when nobody ever granted or revoked anything, so that the defaults hold
public record Access(Identifier owner, List<Grant> grants) {
    public Access {
        grants = List.copyOf(grants);
    }
}
