/// Tests of what encrypts archives.
@NullMarked
package dev.kalends.archive.seal;

import org.jspecify.annotations.NullMarked;
