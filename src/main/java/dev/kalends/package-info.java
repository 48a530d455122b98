/// The program's entry.
@NullMarked
package dev.kalends;

import org.jspecify.annotations.NullMarked;
