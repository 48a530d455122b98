/// What carries a plan out, on real servers.
@NullMarked
package dev.kalends.execute;

import org.jspecify.annotations.NullMarked;
