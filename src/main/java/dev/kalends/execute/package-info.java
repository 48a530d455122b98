/// Carries a plan out: preconditions, pacing, outcomes, progress events.
@NullMarked
package dev.kalends.execute;

import org.jspecify.annotations.NullMarked;
