/// Reads statistics and catalogs, never a whole table, and says what could be converted and how.
@NullMarked
package dev.kalends.analyze;

import org.jspecify.annotations.NullMarked;
