package dev.kalends.maintain;

import dev.kalends.plan.SetSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a table can be taken over, and what somebody should know of it.
///
/// @param spec null if it cannot
/// @param refusals why it cannot, each with what to do
/// @param notes oddities that are no obstacle
public record AdoptionPlan(@Nullable SetSpec spec, List<String> refusals, List<String> notes) {
    public AdoptionPlan {
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }
}
