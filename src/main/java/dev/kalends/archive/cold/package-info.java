/// SQL over archived partitions where they lie.
@NullMarked
package dev.kalends.archive.cold;

import org.jspecify.annotations.NullMarked;
