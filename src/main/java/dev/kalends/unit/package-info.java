/// Quantities with units.
@NullMarked
package dev.kalends.unit;

import org.jspecify.annotations.NullMarked;
