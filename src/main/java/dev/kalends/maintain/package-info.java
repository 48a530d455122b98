/// Decides which partitions are due, and does it: create ahead, gaps, rows of default partitions,
/// lifecycle rules, detach, retention across foreign keys.
@NullMarked
package dev.kalends.maintain;

import org.jspecify.annotations.NullMarked;
