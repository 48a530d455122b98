/// Turns a plain table into a partitioned one online.
@NullMarked
package dev.kalends.migrate;

import org.jspecify.annotations.NullMarked;
