/// Tests of queries over archives.
@NullMarked
package dev.kalends.archive.cold;

import org.jspecify.annotations.NullMarked;
